import { h } from "./dom.js";
import type { Person } from "./people.js";
import { count } from "./words.js";

const SHOWN = 8;

/** A field to search and pick a person: the combobox of the ARIA practices. */
export class Picker {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #people: readonly Person[];
  readonly #onPick: (personId: string) => void;
  #options: Person[] = [];
  #active = -1;
  #picked = "";

  constructor(people: readonly Person[], onPick: (personId: string) => void) {
    this.#people = people;
    this.#onPick = onPick;
    this.#list = h("ul", { role: "listbox", id: "people", "aria-label": "People", hidden: true });
    this.#input = h("input", {
      id: "person",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "people",
      placeholder: "Anonymous visitor",
      input: () => this.#open(),
      focus: () => {
        this.#input.select();
        this.#open();
      },
      blur: () => this.#close(),
      keydown: (event) => this.#key(event as KeyboardEvent),
    });
    const label = h("label", { for: "person", class: "quiet" }, "For");
    this.element = h("div", { class: "combobox" }, label, this.#input, this.#list);
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement?.tagName ?? "")) {
        event.preventDefault();
        this.#input.focus();
      }
    });
  }

  /** Show who is picked; empty: the visitor. */
  show(personId: string): void {
    this.#picked = personId;
    this.#input.value = personId;
  }

  #open(): void {
    const typed = this.#input.value.trim().toLowerCase();
    const query = typed === this.#picked.toLowerCase() ? "" : typed;
    const fits = ({ id, label = "" }: Person) => `${id} ${label}`.toLowerCase().includes(query);
    this.#options = [...(query ? [] : [{ id: "" }]), ...this.#people.filter(fits)].slice(0, SHOWN);
    const isNamed = this.#people.some((each) => each.id.toLowerCase() === query);
    if (query && !isNamed) {
      this.#options.push({ id: this.#input.value.trim(), label: "any id may be asked for" });
    }
    this.#list.replaceChildren(...this.#options.map((each, place) => this.#option(each, place)));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#activate(query ? 0 : -1);
  }

  #option(person: Person, place: number): HTMLElement {
    const { id, label, history = [] } = person;
    const note = label ?? (history.length > 0 ? count(history.length, "event") : "");
    return h(
      "li",
      {
        role: "option",
        id: `person-${place}`,
        "aria-selected": "false",
        mousemove: () => this.#activate(place),
        // Before the field loses the focus, which closes the list.
        mousedown: (event) => {
          event.preventDefault();
          this.#pick(person);
        },
      },
      h("span", { class: "name" }, id || "Anonymous visitor"),
      note && h("span", { class: "note" }, note),
    );
  }

  #key(event: KeyboardEvent): void {
    const last = this.#options.length - 1;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        event.preventDefault();
        if (this.#list.hidden) {
          this.#open();
        }
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.#activate(Math.max(0, Math.min(last, this.#active + step)));
        return;
      }
      case "Enter": {
        event.preventDefault();
        const active = this.#options[this.#active];
        this.#pick(active ?? { id: this.#input.value.trim() });
        return;
      }
      case "Escape":
        this.show(this.#picked);
        this.#close();
    }
  }

  #activate(place: number): void {
    this.#active = place;
    [...this.#list.children].forEach((each, index) => {
      each.setAttribute("aria-selected", String(index === place));
    });
    if (place >= 0) {
      this.#input.setAttribute("aria-activedescendant", `person-${place}`);
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #pick({ id }: Person): void {
    this.show(id);
    this.#close();
    this.#onPick(id);
  }

  #close(): void {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
    this.#input.value = this.#picked;
  }
}
