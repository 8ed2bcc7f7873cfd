/** Whether the server's words for a device, such as "Chrome on Android", are of one that is held in the hand. */
export const isPhone = (device: string) => /iPhone|iPad|Android/.test(device);
