import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { chromium } from "playwright-core";

const executablePath = process.env.SHORTLIST_CHROMIUM ?? "";

/** Why there is no browser; false: there is one. */
export const noBrowser = executablePath ? false : "SHORTLIST_CHROMIUM names no browser";

/** A browser with a profile that outlives it. */
export class Profile {
  readonly folder = mkdtempSync(join(tmpdir(), "shortlist-profile-"));

  open(options: { colorScheme?: "light" | "dark"; viewport?: Viewport } = {}) {
    return chromium.launchPersistentContext(this.folder, {
      executablePath,
      // Containers have neither the privileges of the sandbox nor much shared memory.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      chromiumSandbox: false,
      ...options,
    });
  }

  /** Kill the browser as a crash would: nothing is told, nothing is written. */
  async kill(context: BrowserContext): Promise<void> {
    const closed = new Promise((resolve) => context.once("close", resolve));
    for (const pid of this.#processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It went with its parent.
      }
    }
    await closed;
    for (const name of ["SingletonLock", "SingletonCookie", "SingletonSocket"]) {
      rmSync(join(this.folder, name), { force: true });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The processes that were started with this profile. */
  #processes(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(this.folder);
        } catch {
          return false;
        }
      });
  }
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** Do something with a browser that is closed and forgotten afterwards. */
export async function withPage(
  options: { colorScheme?: "light" | "dark"; viewport?: Viewport },
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const profile = new Profile();
  const context = await profile.open(options);
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
    profile.remove();
  }
}
