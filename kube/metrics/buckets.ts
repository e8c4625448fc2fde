/** Upper bounds of all histograms in seconds: from an answer from a cache to a request that times out. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
