// Text that somebody wrote, so that everybody sees all of it.

// Characters that change the direction of what follows: seen by nobody, they make one name look
// like another.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const EACH_TURN = new RegExp(`(${TURNS.source})`);

const nameOf = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

// The same in one line of text, where no element can be made.
export const visible = (text) =>
  text.split(EACH_TURN).map((part) => (TURNS.test(part) ? `⟨${nameOf(part)}⟩` : part)).join("");

// An element of its own direction; what would turn others is shown by its number.
export function written(text) {
  const made = document.createElement("span");
  made.dir = "auto";
  made.className = "written";
  made.title = visible(text);
  for (const part of text.split(EACH_TURN)) {
    if (TURNS.test(part)) {
      const mark = document.createElement("span");
      mark.className = "turn";
      mark.title = "A character that changes the direction of the text behind it";
      mark.textContent = `⟨${nameOf(part)}⟩`;
      made.append(mark);
    } else if (part) {
      made.append(part);
    }
  }
  return made;
}
