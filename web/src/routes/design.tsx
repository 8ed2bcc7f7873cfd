import { createFileRoute, notFound } from "@tanstack/react-router";
import { loadable } from "@/lib/loadable";

/** The gallery of the kit: in development builds only, so that it weighs nothing in the product. */
const Gallery = import.meta.env.DEV
  ? loadable(() => import("@/components/gallery").then((m) => m.Gallery))
  : () => null;

export const Route = createFileRoute("/design")({
  beforeLoad: () => {
    if (!import.meta.env.DEV) throw notFound();
  },
  component: () => <Gallery />,
});
