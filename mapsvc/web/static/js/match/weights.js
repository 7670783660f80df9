// The sum of the four weights while they are typed; the server says the same when the form is sent.

for (const form of document.querySelectorAll("[data-weights]")) {
  const inputs = [...form.querySelectorAll("input[type=number]")];
  const line = form.querySelector("[data-sum]");
  const tell = () => {
    const sum = inputs.reduce((total, one) => total + (Number.parseInt(one.value, 10) || 0), 0);
    line.textContent = line.dataset.text.replace("%(sum)s", String(sum));
    line.classList.toggle("bad", sum !== 100);
  };
  form.addEventListener("input", tell);
  tell();
}
