/**
 * The core: a WebAssembly module that plans requests and reads answers. It imports nothing, so it
 * can reach nothing. If it traps, the instance is dropped and the next call makes a new one.
 */
import { core } from './core.gen';

declare const WebAssembly: {
	Module: new (bytes: Uint8Array) => object;
	Instance: new (module: object, imports: object) => { exports: unknown };
};

interface Exports {
	memory: { buffer: ArrayBuffer };
	threecx_alloc(length: number): number;
	threecx_call(command: number, length: number): number;
	threecx_free(room: number, length: number): void;
}

/** What the core says went wrong. */
export interface CoreError {
	code: string;
	message: string;
	next: string;
	status?: number;
	argument?: string;
}

/** A reply, or the error in its place. */
export type Reply<T> = Partial<T> & { error?: CoreError };

let compiled: object | undefined;
let instance: Exports | undefined;

/** Has the core carry out a command. Never throws. */
export function call<T>(command: { do: string; [argument: string]: unknown }): Reply<T> {
	try {
		compiled ??= new WebAssembly.Module(Buffer.from(core, 'base64'));
		instance ??= new WebAssembly.Instance(compiled, {}).exports as Exports;
		const bytes = Buffer.from(JSON.stringify(command));
		const room = instance.threecx_alloc(bytes.length);
		new Uint8Array(instance.memory.buffer).set(bytes, room);
		const reply = instance.threecx_call(room, bytes.length);
		const length = new DataView(instance.memory.buffer).getUint32(reply, true);
		const text = Buffer.from(instance.memory.buffer, reply + 4, length).toString();
		instance.threecx_free(reply, 4 + length);
		return JSON.parse(text) as Reply<T>;
	} catch (trap) {
		instance = undefined;
		const message = `The core of the node failed: ${(trap as Error).message}`;
		return {
			error: { code: 'core', message, next: 'Please report it, with the operation.' },
		} as Reply<T>;
	}
}
