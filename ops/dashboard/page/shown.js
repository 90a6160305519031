/** What the page shows, and what was chosen and asked there. */
export const shown = {
  /** The last of the server's events. */
  view: undefined,
  /** Id of the instance that is shown beside the nodes. */
  chosen: undefined,
  /** What was asked last: places by hand, what they would mean, what the policies say of it. */
  asked: undefined,
  /** An instance is being dragged: what is drawn now must stay. */
  dragging: false,
  /** By instance. */
  logs: new Map(),
};

export const plan = () => shown.asked?.plan ?? shown.view.plan;
export const stateOf = (id) => shown.view.status?.instances.find((one) => one.id === id);
export const placeNow = (id) => shown.view.plan?.placements.find(({ instance }) => instance === id)?.node;
export const placeThen = (id) => plan()?.placements.find(({ instance }) => instance === id)?.node;
