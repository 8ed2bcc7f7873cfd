import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/shared";
import { Card } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { MyAgents } from "./my-agents";
import { MyHours } from "./my-hours";
import { ProfileForm } from "./profile-form";

const OutOfOffice = loadable(() => import("@/features/approvals/out-of-office").then((m) => m.OutOfOffice));

export function Profile() {
  return (
    <div className="flex max-w-2xl flex-col gap-4 px-4 py-4 md:px-5">
      <div>
        <h1 className="text-title text-fg">My profile</h1>
        <p className="text-cell text-fg-3">
          How you are named and how dates and numbers are written for you. Your password and where you are signed in are
          under{" "}
          <Link to="/security" className="text-accent-text underline">
            Security
          </Link>
          .
        </p>
      </div>
      <Card title="About me">
        <ProfileForm />
      </Card>
      {useMay("approval", "read") && <OutOfOffice />}
      {useMay("user", "read") && <MyHours />}
      {useMay("agent", "use") && <MyAgents />}
    </div>
  );
}
