// The shop's own script: its cart, and what it does with a shopper's wishes inside the aisle.
const put = async (sku) => {
  const answer = await fetch("/cart", { method: "POST", body: JSON.stringify({ sku }) });
  if (answer.ok) document.querySelector("[data-count]").textContent = (await answer.json()).count;
};
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-buy]");
  if (button) put(button.dataset.buy);
});
document.addEventListener("syndicator-addtocart", ({ detail }) => put(detail.sku));
for (const wish of ["syndicator-open", "syndicator-choose"]) {
  document.addEventListener(wish, (event) => {
    const own = document.querySelector(`[data-own="${CSS.escape(event.detail.sku)}"]`);
    if (!own) return; // not on our shelf: the aisle shows it in place
    event.preventDefault();
    location.href = own.href;
  });
}
