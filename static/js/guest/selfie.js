// A picture is made small before it leaves the phone: faster, and below what a stranger may send.
const EDGE = 1600;
const QUALITY = 0.9;

const form = document.querySelector("[data-selfie]");
form?.addEventListener("submit", send);

async function send(event) {
  event.preventDefault();
  form.removeEventListener("submit", send);
  form.querySelector("[data-said]").textContent = form.dataset.reading;
  const input = form.elements.selfie;
  const small = await shrunk(input.files[0]);
  if (small) {
    const files = new DataTransfer();
    files.items.add(new File([small], "selfie.jpg", { type: "image/jpeg" }));
    input.files = files.files;
  }
  form.submit();
}

/** The picture upright as a JPEG, or null where the browser cannot read it: then the server is asked. */
async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  } catch (error) {
    console.info("The picture is sent as it is:", error.message);
    return null;
  }
}
