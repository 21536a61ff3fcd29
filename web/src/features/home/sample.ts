export const SAMPLE_NAME = "sample-sales.csv";
/** Where the sample is loaded to, in the folder of the workspace. */
export const SAMPLE_DATABASE = "sample.db";

const CUSTOMERS: [string, string][] = [["Atelier Nord", "BE"], ["Boulangerie Vidal", "FR"], ["Canal & Sons", "GB"], ["Dubois SPRL", "BE"], ["Érable Meubles", "CA"], ["Fabrik Lindau", "DE"]];
const PRODUCTS: [string, number][] = [["Oak table", 420], ["Chair", 89.5], ["Shelf", 134.9], ["Lamp", 45], ["Stool", 59]];
const STATUS = ["paid", "paid", "paid", "open", "cancelled"];

/** Sales as a small shop would export them: made up, the same every time, with the usual blemishes. */
export function sampleSales(): string {
  const lines = ["sale_id,sold_on,customer,country,product,quantity,unit_price,status"];
  for (let id = 1; id <= 240; id++) {
    const [customer, country] = CUSTOMERS[(id * 7) % CUSTOMERS.length] ?? ["", ""];
    const [product, price] = PRODUCTS[(id * 3) % PRODUCTS.length] ?? ["", 0];
    const day = new Date(Date.UTC(2026, 0, 1 + Math.floor(id / 3)));
    // Real files lack a value here and there, and bring a row twice.
    const quantity = id % 59 === 0 ? "" : String(1 + (id % 4));
    const line = [1000 + id, day.toISOString().slice(0, 10), customer, country, product, quantity, price.toFixed(2), STATUS[id % STATUS.length]].join(",");
    lines.push(line);
    if (id % 80 === 0) lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}
