// What the studio reads about its uploads; guests read the words of their page.

/** What is said about a file that waits, was passed over or failed. */
export const QUEUE_WORDS = {
  here: "Already in this gallery",
  hereAs: "Already in this gallery as {name}",
  offline: "The connection broke, will go on by itself",
  busy: "The server is busy, trying again",
  cut: "The connection broke, trying again",
  0: "The connection broke",
  401: "You were signed out. Sign in again in another tab, then retry",
  403: "Your role does not allow this",
  404: "This gallery is no longer here",
  413: "This file is too large",
  415: "This is not a photo we can show",
  422: "This file is damaged or incomplete",
  507: "There is no space left in your plan",
  other: "The server could not take it",
};

/** Why a file cannot be sent. hidden: what a photographer never meant to send, so that nothing need be asked about it. */
export const FILE_WORDS = {
  hidden: "A hidden file of the computer",
  empty: "The file is empty",
  done: "Stored before the interruption",
  kind: "Not a photo or a video that Glassine takes (.{ending})",
  large: "Larger than {size}",
};
