// Runs before the first paint: a theme chosen by hand wins over the system's.
try {
  const chosen = localStorage.getItem("glassine.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch (error) {
  console.info("The theme follows the system: storage is closed.", error.name);
}
