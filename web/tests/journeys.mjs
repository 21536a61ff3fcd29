// What people do with Towpath, from the first account to a phone, on a server with an ERP and a warehouse. Environment:
// tests/browser.mjs, and
//   TOWPATH_SETUP      the link that the server printed for its first account
//   TOWPATH_ERP        a MariaDB with 40 orders, four of them cancelled
//   TOWPATH_WAREHOUSE  an empty PostgreSQL, with its administrator; TOWPATH_LOADER names an account in it
//   TOWPATH_PICTURES   the folder for a picture of what failed
import { open, withBrowser } from "./browser.mjs";
import begin from "./journeys/begin.mjs";
import build from "./journeys/build.mjs";
import connect from "./journeys/connect.mjs";
import looks from "./journeys/looks.mjs";
import mend, { quarantine, repair, undo } from "./journeys/mend.mjs";
import offline from "./journeys/offline.mjs";
import phone from "./journeys/phone.mjs";
import schedule from "./journeys/schedule.mjs";
import sample from "./journeys/sample.mjs";
import { Story } from "./journeys/story.mjs";

try {
  await withBrowser(async (browser) => {
    const story = new Story(await open(browser, { signedIn: false }));
    for (const chapter of [begin, connect, build, mend, quarantine, schedule, undo, repair, sample, looks]) await chapter(story);
    const storage = await story.page.context().storageState();
    await story.in(await open(browser, { phone: true, storage }), phone);
    await story.in(await open(browser, { offline: true, storage }), offline);
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
