import { createFileRoute, notFound } from "@tanstack/react-router";
import { lazy } from "react";

/** The gallery of the kit: in development builds only, so that it weighs nothing in the product. */
const Gallery = import.meta.env.DEV
  ? lazy(() => import("@/components/gallery").then((m) => ({ default: m.Gallery })))
  : () => null;

export const Route = createFileRoute("/design")({
  beforeLoad: () => {
    if (!import.meta.env.DEV) throw notFound();
  },
  component: () => <Gallery />,
});
