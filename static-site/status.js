import { byId } from "./dom.js";
import { startList } from "./list/page.js";
import { showWorkers } from "./list/workers.js";
import { keepSession } from "./session.js";

const workers = byId("workers", HTMLTableSectionElement);

startList("No torrents yet.", (status) => showWorkers(workers, status.workers));
keepSession();
