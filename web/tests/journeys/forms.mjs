// Filling in forms that are made from the settings of a connector or a transform.

/** The field with that label; opens what is folded away when the field is not shown. */
export async function field(scope, label) {
  const found = scope.getByLabel(typeof label === "string" ? new RegExp(`^${label}\\b`) : label).first();
  const more = scope.getByRole("button", { name: "More settings" }).first();
  await found.or(more).first().waitFor();
  if (!(await found.isVisible())) await more.click();
  await found.waitFor();
  return found;
}

export async function fill(scope, label, value) {
  await (await field(scope, label)).fill(String(value));
}

/** Chooses in a list that opens. */
export async function choose(scope, label, option) {
  await (await field(scope, label)).click();
  await scope.page().getByRole("option", { name: option }).first().click();
}
