import type { ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

/** The answers that point elsewhere. */
const REDIRECTS = [301, 302, 303, 307, 308];

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
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'clientCredentials',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: '={{$self["baseUrl"].replace(new RegExp("/+$"), "")}}/connect/token',
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
			baseURL: '={{$credentials.baseUrl.replace(new RegExp("/+$"), "")}}',
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
