// The same two files by sharp at its default effort: one decode, 2400 px q92, and 800 px q90 from it.
// Prints {cpu: seconds per photo, bytes: of both files per photo}. node row1_sharp.mjs <node folder> <photo>...
import { createRequire } from "node:module";

const [folder, ...photos] = process.argv.slice(2);
const sharp = createRequire(folder + "/")("sharp");
sharp.cache(false);
sharp.concurrency(1);

async function render(photo) {
  const { data, info } = await sharp(photo)
    .autoOrient()
    .resize(2400, 2400, { fit: "inside", withoutEnlargement: true })
    .keepIccProfile()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  const web = await sharp(data, raw).webp({ quality: 92 }).toBuffer();
  const thumb = await sharp(data, raw).resize(800, 800, { fit: "inside" }).webp({ quality: 90 }).toBuffer();
  return web.length + thumb.length;
}

await render(photos[0]);
const began = process.cpuUsage();
let bytes = 0;
for (const photo of photos) bytes += await render(photo);
const used = process.cpuUsage(began);
console.log(JSON.stringify({ cpu: (used.user + used.system) / 1e6 / photos.length, bytes: bytes / photos.length }));
