import { RECIPES, type Definition } from "./model";

/** Automations to begin with. */
export function Recipes({ onPick }: { onPick: (d: Definition) => void }) {
  return (
    <section aria-label="Begin with" className="grid gap-2 sm:grid-cols-2">
      {RECIPES.map((recipe) => (
        <button
          key={recipe.title}
          type="button"
          className="rounded-lg border border-line bg-surface px-3 py-2 text-left hover:bg-muted"
          onClick={() => onPick(recipe.definition)}
        >
          <span className="block text-cell font-medium text-fg">{recipe.title}</span>
          <span className="block text-meta text-fg-3">{recipe.text}</span>
        </button>
      ))}
    </section>
  );
}
