// The types of Berth's components, as the engine calls them. A test compares them with the classes: to load those would make a
// pack as slow to start as the program.
export const Node = "berth:components:Node";
export const ExperimentInstance = "berth:components:ExperimentInstance";
