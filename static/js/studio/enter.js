// Go to another page of the studio without leaving this one, for what no other page could take along: dropped files.

/** Show the page at `url` in place of this one and start its scripts. A page that cannot be had is simply opened. */
export async function enter(url) {
  const answer = await fetch(url).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page && page.querySelector("main");
  if (!main) {
    location.assign(url);
    return false;
  }
  await Promise.all([...page.head.querySelectorAll("link[rel=stylesheet]")].map(styled));
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  history.pushState(null, "", url);
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  window.htmx.process(main);
  for (const script of page.head.querySelectorAll("script[type=module][src]")) await import(script.getAttribute("src"));
  const here = location.pathname;
  // Other scripts have addresses of their own on this page; beyond it the browser loads what it left.
  addEventListener("popstate", () => location.pathname !== here && location.reload());
  return true;
}

/** Fetch a stylesheet that is not here yet; the page does not wait for one that cannot be had. */
function styled(link) {
  const href = link.getAttribute("href");
  if (document.head.querySelector(`link[rel=stylesheet][href="${CSS.escape(href)}"]`)) return null;
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(sheet);
  return new Promise((done) => {
    sheet.onload = sheet.onerror = done;
  });
}
