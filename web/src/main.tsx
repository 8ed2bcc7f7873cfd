import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenFactorMissing, whenProofWanted, whenSignedOut } from "./api/client";
import { meQuery } from "./api/shared";
import { askForProof } from "./components/crm/proof";
import { followSystem } from "./lib/theme";
import { queryClient, router } from "./router";
import "./styles/app.css";

followSystem();
whenSignedOut(() => {
  const at = router.state.location;
  if (at.pathname === "/sign-in" || at.pathname === "/setup") return;
  queryClient.removeQueries({ queryKey: meQuery().queryKey });
  void router.navigate({ to: "/sign-in", search: { to: at.href } });
});
whenFactorMissing(() => void router.navigate({ to: "/second-factor" }));
whenProofWanted(askForProof);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
