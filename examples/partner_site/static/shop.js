// The shop's own script: its cart, and what it does with a shopper's wishes inside the aisle.
const put = async (sku, quantity = 1) => {
  const answer = await fetch("/cart", { method: "POST", body: JSON.stringify({ sku, quantity }) });
  const toast = document.querySelector("[data-toast]");
  toast.textContent = answer.ok ? toast.dataset.added : toast.dataset.missing;
  if (answer.ok) document.querySelector("[data-count]").textContent = (await answer.json()).count;
  setTimeout(() => { toast.textContent = ""; }, 4000);
};
document.addEventListener("submit", (event) => {
  // A form inside the aisle has been told as the event below, and is prevented already.
  if (event.defaultPrevented || !event.target.matches("[data-buy]")) return;
  event.preventDefault();
  put(event.target.elements.sku.value);
});
document.addEventListener("syndicator-addtocart", (event) => {
  event.preventDefault(); // the form of the page need not be sent
  put(event.detail.sku, event.detail.quantity);
});
for (const wish of ["syndicator-open", "syndicator-choose"]) {
  document.addEventListener(wish, (event) => {
    const own = document.querySelector(`[data-own="${CSS.escape(event.detail.sku)}"]`);
    if (!own) return; // not on our shelf: the aisle shows it in place
    event.preventDefault();
    location.href = own.href;
  });
}
