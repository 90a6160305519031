/** Programs with more variables are only relaxed: whole solutions would take longer than a preview may. */
export const mostWhole = 2500;
/** Programs with more variables are left alone. */
export const mostRelaxed = 25_000;
