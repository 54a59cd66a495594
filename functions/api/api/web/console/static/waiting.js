// Waiting for what the ETL says of a file.

import { call, Problem } from "/console/api.js";
import { datasetCall } from "/console/dataset_names.js";

const PATIENCE_MILLISECONDS = 15 * 60 * 1000; // as long as a function may run
const LIST_PATIENCE_MILLISECONDS = 60_000;
const UNFINISHED = ["publishing", "processing"];

// The report of a dataset; null where there is none, or none can be had now.
export async function reportOf(name) {
  try {
    return (await call("GET", datasetCall(name))).report;
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.passing)) return null;
    throw error;
  }
}

const identity = (report) => JSON.stringify(report && [report.source, report.finished_at]);

// The first finished report that is not the one `before`; null where it took too long, or nobody wants
// it any more. While the Spark job has the file it takes as long as it takes, and `tellOfJob` is called.
export async function nextReport(name, before, { tellOfJob = () => {}, isWanted = () => true } = {}) {
  const known = identity(before);
  const started = Date.now();
  let lastSeen = started; // at work
  while (Date.now() - lastSeen < PATIENCE_MILLISECONDS) {
    const pause = Date.now() - started < 20_000 ? 500 : 5000;
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    if (!isWanted()) return null;
    const report = await reportOf(name);
    if (report && isFinished(report) && identity(report) !== known) return report;
    if (report?.status === "processing") {
      lastSeen = Date.now();
      tellOfJob();
    }
  }
  return null;
}

// Whether nothing works on it any more.
export const isFinished = (report) => !UNFINISHED.includes(report.status);

// Whether its run may be missing in the lists as yet.
export function isJustFinished(report) {
  return Math.abs(Date.now() - Date.parse(report.finished_at)) < LIST_PATIENCE_MILLISECONDS;
}

// Comes back when the run of a report is among the runs of its dataset, or a minute has passed. The
// ETL writes it after the report, and after the line of the list of datasets.
export async function untilListed(name, report) {
  const wanted = Date.parse(report.finished_at);
  const started = Date.now();
  while (Date.now() - started < LIST_PATIENCE_MILLISECONDS) {
    if (await newestRun(name) >= wanted) return;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
}

// When it finished; 0 where there is none, or it cannot be asked now.
async function newestRun(name) {
  try {
    const [newest] = (await call("GET", `${datasetCall(name, "runs")}?limit=1`)).items;
    return newest ? Date.parse(newest.finished_at) : 0;
  } catch (error) {
    if (error instanceof Problem && error.passing) return 0;
    throw error;
  }
}
