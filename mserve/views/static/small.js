// What is small: goes whole, and is not kept for another page.

export const SMALL = 4 << 20; // bytes
