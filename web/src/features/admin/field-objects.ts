/** The objects whose fields a role may hide or lock, in the order of their tabs. */
export const FIELD_OBJECTS = ["opportunity", "account", "contact", "lead", "task"] as const;
export type FieldObject = (typeof FIELD_OBJECTS)[number];
