// The map: outlines that come with the page, photos as points with their number. Nothing is asked of anybody else, unless
// the operator names a server of streets.
import { get } from "../shared/http.js";

const { L, topojson } = window;
const place = document.getElementById("map");
const { pointsUrl, outlines, tiles } = place.dataset;
const where = document.querySelector("#new-place [name=where]");

const map = L.map(place, {
  attributionControl: false,
  worldCopyJump: true,
  minZoom: 1,
  maxZoom: 18,
  zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
}).setView([30, 10], 2);
map.createPane("land").style.zIndex = "250";
const points = L.layerGroup().addTo(map);
let asked = 0;

async function drawOutlines() {
  const answer = await fetch(outlines);
  if (!answer.ok) return;
  const world = await answer.json();
  L.geoJSON(topojson.feature(world, world.objects.countries).features.map(flat), {
    pane: "land",
    interactive: false,
    style: { className: "map__land" },
  }).addTo(map);
}

/** Countries across the antimeridian go on beyond it and lie at the other edge too: no line runs back across the map. */
function flat({ geometry }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const coordinates = polygons.flatMap((rings) => {
    const whole = rings.map(unwrapped);
    const longitudes = whole[0].map(([longitude]) => longitude);
    const turn = Math.max(...longitudes) > 180 ? -360 : Math.min(...longitudes) < -180 ? 360 : 0;
    return turn ? [whole, whole.map((ring) => ring.map(([longitude, latitude]) => [longitude + turn, latitude]))] : [whole];
  });
  return { type: "MultiPolygon", coordinates };
}

/** A ring whose longitudes never jump; one around a pole is closed along it. */
function unwrapped(ring) {
  let turn = 0;
  const points = ring.map(([longitude, latitude], at) => {
    const step = at ? longitude - ring[at - 1][0] : 0;
    if (Math.abs(step) > 180) turn -= 360 * Math.sign(step);
    return [longitude + turn, latitude];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (Math.abs(last[0] - first[0]) < 180) return points;
  const pole = 90 * Math.sign(first[1]);
  return [...points, [last[0], pole], [first[0], pole], first];
}

/** The photos of the part that is seen, as clusters of the server. */
async function drawPoints() {
  const number = ++asked;
  const seen = map.getBounds();
  const whole = seen.getEast() - seen.getWest() >= 360;
  const turned = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
  const box = [
    whole ? -180 : turned(seen.getWest()),
    Math.max(-90, seen.getSouth()),
    whole ? 180 : turned(seen.getEast()),
    Math.min(90, seen.getNorth()),
  ];
  const answer = await get(`${pointsUrl}?bbox=${box.map((edge) => edge.toFixed(6)).join(",")}&zoom=${map.getZoom()}`).catch(
    () => null,
  );
  if (!answer?.ok || number !== asked) return;
  const { clusters } = await answer.json();
  points.clearLayers();
  for (const one of clusters) points.addLayer(marker(one));
  return clusters;
}

function marker({ lat, lon, count, url }) {
  const words = `${count.toLocaleString()} photo${count === 1 ? "" : "s"}`;
  const link = Object.assign(document.createElement("a"), { href: url, textContent: count.toLocaleString() });
  link.setAttribute("aria-label", words);
  const side = 32 + Math.min(20, Math.round(4 * Math.log10(count) * 2));
  const icon = L.divIcon({ className: "map__point", html: link, iconSize: [side, side] });
  return L.marker([lat, lon], { icon, keyboard: false });
}

if (tiles) L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: "strict-origin" }).addTo(map);
else drawOutlines();
drawPoints().then((clusters) => {
  if (clusters?.length) map.fitBounds(L.latLngBounds(clusters.map(({ lat, lon }) => [lat, lon])).pad(0.2), { maxZoom: 6 });
});
map.on("moveend", drawPoints);
if (where)
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    where.value = `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  });
