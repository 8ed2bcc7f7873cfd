import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** tailwind-merge has to know our type scale, or it would take `text-cell` for a colour. */
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ["figure", "title", "dialog", "section", "body", "cell", "meta", "micro", "code"],
      radius: ["xs", "sm", "md", "lg", "xl", "2xl", "3xl"],
      shadow: ["1", "2", "3", "4"],
    },
  },
});

export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
