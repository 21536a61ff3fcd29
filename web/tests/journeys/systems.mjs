// The systems that a journey connects: the ERP (MariaDB) and the warehouse (PostgreSQL), asked by their own clients.
import { execFileSync } from "node:child_process";

const need = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`); })();
const erp = () => new URL(need("TOWPATH_ERP"));
const warehouse = () => new URL(need("TOWPATH_WAREHOUSE"));
const place = (url) => ({ host: url.hostname, port: url.port, database: url.pathname.slice(1), user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) });

/** How people connect to the ERP. */
export const erpPlace = () => place(erp());
/** How people connect to the warehouse: as the account that loads it. */
export const warehousePlace = () => ({ ...place(warehouse()), user: need("TOWPATH_LOADER"), password: "first-password" });

/** Runs SQL in the ERP; gives what it prints. */
export function inErp(sql) {
  const { host, port, database, user, password } = erpPlace();
  const args = ["--no-defaults", "--batch", "--skip-column-names", "--protocol=tcp", `--host=${host}`, `--port=${port}`, `--user=${user}`, `--password=${password}`, "--execute", sql, database];
  return execFileSync("mariadb", args, { encoding: "utf8" }).trim();
}

/** Runs SQL in the warehouse as its administrator; gives what it prints. */
export function inWarehouse(sql) {
  return execFileSync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", warehouse().href, "-c", sql], { encoding: "utf8" }).trim();
}

/** Gives the account that loads the warehouse another password. */
export const changePassword = (password) => inWarehouse(`alter role "${need("TOWPATH_LOADER")}" password '${password}'`);
