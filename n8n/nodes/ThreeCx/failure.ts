/** Errors as n8n shows them: the core's message, and below it what to do next. */
import { type INode, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { CoreError } from './core';

/** Errors that were found before anything was sent. */
const UNSENT = ['input', 'not-in-version', 'url', 'command', 'core'];

/** The error to throw. */
export function failure(
	node: INode,
	error: CoreError,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
	const shown = { message, description: error.next, itemIndex };
	const failed = UNSENT.includes(error.code)
		? new NodeOperationError(node, message, shown)
		: new NodeApiError(node, cause(error), { ...shown, httpCode: error.status?.toString() });
	// n8n replaces messages that name a network error with its own words.
	failed.message = message;
	failed.description = error.next;
	failed.context.code = error.code;
	return failed;
}

/** The error as n8n keeps it: as its code, n8n shows a status, and would take the core's word for one. */
function cause(error: CoreError): JsonObject {
	return { ...error, code: undefined } as unknown as JsonObject;
}
