/** Letters without accents and capitals, as people type when they look for something. */
export const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
