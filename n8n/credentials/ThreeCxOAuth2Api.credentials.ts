import type { ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

/** The answers that point elsewhere. */
const REDIRECTS = [301, 302, 303, 307, 308];

/** An address as people paste it, as the core reads it too (`crates/node/src/address.rs`): scheme, host, port. */
const ADDRESS = String.raw`^(?:(https?)://)?([\p{Alphabetic}\p{N}_-]+(?:\.[\p{Alphabetic}\p{N}_-]+)*|\[[\da-f:.]+\])(:0*[1-9]\d{0,4})?(?:/xapi(?:/v1)?|/webclient)?/?(?:#(?:/[^]*)?)?$`;

/** Names and addresses of the machine itself. */
const LOCAL = String.raw`^(?:localhost|.+\.localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|\[[0:]*:0*1\])$`;

/** What stands in the place of an address that is refused. Nothing can be sent there, and the error names it. */
const REFUSED = {
	address: 'base-url-is-not-the-address-of-a-web-console:',
	http: 'base-url-has-to-begin-with-https:',
};

/**
 * The address in the credential, as an expression: n8n fetches the token by itself. Whatever it holds, the client
 * secret goes to a host that the node would send to as well, or nowhere.
 */
function address(credential: string): string {
	const words = [ADDRESS, LOCAL, REFUSED.address, REFUSED.http].map((word) => JSON.stringify(word));
	const [whole, local, noAddress, noHttp] = words;
	const scheme = '(found[1] || "https").toLowerCase()';
	const isOpen = `${scheme} === "http" && !${credential}["allowHttp"]`;
	const isRefused = `${isOpen} && !new RegExp(${local}, "i").test(found[2])`;
	const place = `${scheme} + "://" + found[2] + (found[3] || "")`;
	const found = `String(${credential}["baseUrl"] || "").trim().match(new RegExp(${whole}, "iu"))`;
	return `{{ ((found) => !found ? ${noAddress} : ${isRefused} ? ${noHttp} : ${place})(${found}) }}`;
}

/**
 * A service principal of a 3CX. n8n fetches the token when the first call needs it and shares it
 * among executions and workers: a PBX keeps one live token per client.
 */
export class ThreeCxOAuth2Api implements ICredentialType {
	name = 'threeCxOAuth2Api';

	displayName = '3CX OAuth2 API';

	extends = ['oAuth2Api'];

	icon: Icon = { light: 'file:../icons/threecx.svg', dark: 'file:../icons/threecx.dark.svg' };

	documentationUrl = 'https://github.com/threecx/threecx/tree/main/n8n#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://pbx.example.com:5001',
			description: 'The address of the web console, with the port if there is one',
		},
		{
			displayName: 'Allow HTTP (Insecure)',
			name: 'allowHttp',
			type: 'boolean',
			default: false,
			description:
				'Whether an address that begins with http:// may be on another machine. Everyone on the way there can then read the client secret, the token and everything else. Addresses of this machine, such as http://localhost:5004, are always allowed.',
		},
		{
			displayName: 'Read Only',
			name: 'readOnly',
			type: 'boolean',
			default: false,
			description:
				'Whether nodes with this credential may only read. Whatever would change something is refused before it is sent.',
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 120,
			description:
				'How long a call may take in all, including what is sent again; a file may take ten times as long',
		},
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'clientCredentials',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: `=${address('$self')}/connect/token`,
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: '',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			default: 'body',
		},
		{
			displayName: 'Send Additional Body Properties',
			name: 'sendAdditionalBodyProperties',
			type: 'hidden',
			default: false,
		},
		{
			displayName: 'Additional Body Properties',
			name: 'additionalBodyProperties',
			type: 'hidden',
			default: '',
		},
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'ignoreSSLIssues',
			type: 'boolean',
			default: false,
			description:
				'Whether to connect even if the certificate cannot be verified. Anyone in between can then read the secret. For a private CA, give its certificate to n8n instead (NODE_EXTRA_CA_CERTS).',
		},
	];

	test: ICredentialTestRequest = {
		request: {
			baseURL: `=${address('$credentials')}`,
			url: '/xapi/v1/Defs?$select=Id',
			skipSslCertificateValidation: '={{$credentials.ignoreSSLIssues}}',
			// The token must not go where a redirect points.
			disableFollowRedirect: true,
		},
		// n8n reads each rule by its own type; its declaration wants all of one.
		rules: [
			...REDIRECTS.map((value) => ({
				type: 'responseCode' as const,
				properties: {
					value,
					message:
						'This address redirects to another one: give the address of the web console itself as Base URL.',
				},
			})),
			{
				// A page of whatever answers there has no such member.
				type: 'responseSuccessBody',
				properties: {
					key: 'Id',
					value: undefined,
					message:
						'This address answers, but not as a 3CX does: check Base URL (3CX listens on 443 or 5001).',
				},
			},
		] as ICredentialTestRequest['rules'],
	};
}
