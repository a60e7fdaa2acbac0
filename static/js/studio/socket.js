// Sockets say that something changed, by ids; what it is the page fetches by its own door.

/**
 * Open a socket that comes back by itself, slower each time it fails.
 * hear: told each message.  tell: told true and false as it opens and closes.  Gives a function that ends it.
 */
export function connect(path, hear, tell = () => {}) {
  let socket = null;
  let timer = 0;
  let isOver = false;
  const open = (wait) => {
    let since = 0;
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket.addEventListener("open", () => {
      since = Date.now();
      tell(true);
    });
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      tell(false);
      const next = since && Date.now() - since > 10000 ? 1000 : Math.min(wait * 2, 15000);
      if (!isOver) timer = setTimeout(() => open(next), wait);
    });
  };
  open(1000);
  return () => {
    isOver = true;
    clearTimeout(timer);
    socket.close();
  };
}
