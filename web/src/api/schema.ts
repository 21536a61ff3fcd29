// Written by `npm run client` from docs/reference/openapi.json. Do not edit.
/* eslint-disable */
export interface paths {
    "/api/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one's own account. */
        get: operations["show_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes one's own account. */
        patch: operations["change_account"];
        trace?: never;
    };
    "/api/v1/account/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exports everything that the server keeps about the caller. */
        get: operations["own_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/identities/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to connect a provider with one's own account: the page goes to the address of the answer. */
        post: operations["connect_identities"];
        /** Disconnects a provider from one's own account. */
        delete: operations["disconnect_identities"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Notices to oneself, the newest first. */
        get: operations["list_notices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/notices/{notice}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that one read a notice. */
        post: operations["read_notices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/notices/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that one read everything. */
        post: operations["read_all_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/notices/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many notices one has not read. */
        get: operations["unread_notices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one wants to hear of. */
        get: operations["preferences_notifications"];
        /** Changes what one wants to hear of: in the pages, and by mail to oneself. What is left out is as usual. */
        put: operations["set_preferences_notifications"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the password; every other session ends. */
        post: operations["password_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes new recovery codes; the former ones do not work any more. */
        post: operations["recovery_codes_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Confirms the authenticator by a code of it; from now on, signing in asks for one. */
        put: operations["finish_second_factor"];
        /** Makes a key for an authenticator; it is asked for once a code of it was sent back. */
        post: operations["start_second_factor"];
        /** Takes the second factor and its recovery codes away; every other session ends. */
        delete: operations["remove_second_factor"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the sessions of the caller, the one used last first. */
        get: operations["sessions_account"];
        put?: never;
        post?: never;
        /** Ends every session of the caller but the one that asks. */
        delete: operations["end_others_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a session of the caller. */
        delete: operations["end_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Kinds of channels with their settings, and what else can be set. */
        get: operations["kinds_channel_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/document-schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The JSON Schema of pipeline documents. */
        get: operations["document_schema_v1"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Streams events as server-sent events. */
        get: operations["sent_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what a link is for, without using it. */
        get: operations["show_links"];
        put?: never;
        /**
         * Uses a link: accepts an invitation, which signs a new person in, or sets a password.
         * @description Whoever has an account signs in first to accept an invitation: a link alone opens no account.
         */
        post: operations["make_use_links"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Streams events over a WebSocket. */
        get: operations["socket_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every connector and transform. */
        get: operations["list_node_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A connector or transform. */
        get: operations["show_node_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types/{name}/icon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The drawing of a connector or transform. */
        get: operations["icon_node_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a link for a new password by mail, if there is such an account; the answer is the same if there is none. */
        post: operations["forgotten_password_resets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the systems that sign people in. */
        get: operations["list_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Takes the answer of the provider and signs the person in, then goes to the page of the start.
         * @description If that fails, the browser goes to `/sign-in?problem=…` (or `/account?problem=…`), with the code of the problem.
         */
        get: operations["callback_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends the browser to a system that signs people in. */
        get: operations["start_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how the server is set up. */
        get: operations["show_server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what is chosen while the server runs. */
        patch: operations["change_server"];
        trace?: never;
    };
    "/api/v1/server/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what happened on the server, in every workspace and outside of them, the newest first. */
        get: operations["of_server_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Walks the chain of the audit and says whether somebody changed or removed a part of it. */
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how much of what the server has is in use. */
        get: operations["usage_server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the processes that carry out runs. */
        get: operations["list_workers_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says who is signed in, and gives the token for changes. */
        get: operations["show_session"];
        put?: never;
        /** Signs a person in; the answer sets the cookie of the session. */
        post: operations["sign_in_session"];
        /** Signs out. */
        delete: operations["sign_out_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the first account, which runs the server, and the first workspace; signs the person in. */
        post: operations["setup_v1"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists accounts. */
        get: operations["list_users"];
        put?: never;
        /** Makes an account; the person chooses a password with the link in the answer. */
        post: operations["add_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an account. */
        get: operations["show_users"];
        put?: never;
        post?: never;
        /** Erases a person: the account keeps its identity and nothing that tells who it was, also in the audit. */
        delete: operations["erase_users"];
        options?: never;
        head?: never;
        /** Changes an account. */
        patch: operations["change_users"];
        trace?: never;
    };
    "/api/v1/users/{user}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exports everything that the server keeps about a person. */
        get: operations["of_user_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}/password-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a link with which the person chooses a new password. */
        post: operations["password_link_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes the second factor of a person away, who lost it; every session of the person ends. */
        delete: operations["remove_factor_second_factor"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the sessions of a person, the one used last first. */
        get: operations["list_sessions_sessions"];
        put?: never;
        post?: never;
        /** Ends every session of a person. */
        delete: operations["end_sessions_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a session of a person. */
        delete: operations["end_session_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the workspaces of the caller, with the role in each. */
        get: operations["list_workspaces"];
        put?: never;
        /** Makes a workspace; the caller is its owner. */
        post: operations["add_workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a workspace. */
        get: operations["show_workspaces"];
        put?: never;
        post?: never;
        /** Closes a workspace for good: nobody reaches it any more, and nothing runs in it. */
        delete: operations["close_workspaces"];
        options?: never;
        head?: never;
        /** Changes a workspace. */
        patch: operations["change_workspaces"];
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what happened in a workspace, the newest first. */
        get: operations["of_workspace_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/backfills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backfills of a workspace, the newest first. */
        get: operations["list_backfills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/backfills/{backfill}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A backfill with how far it is, and its pieces. */
        get: operations["show_backfills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/backfills/{backfill}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a backfill: no further piece begins, and runs that are under way are asked to stop. What is done stays. */
        post: operations["cancel_backfills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/backfills/{backfill}/go-on": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets the pieces of a paused backfill begin again. */
        post: operations["go_on_backfills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/backfills/{backfill}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets no further piece begin. Those that are under way go on. */
        post: operations["pause_backfills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/channel-tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a test message with settings before they are kept. */
        post: operations["test_new_channel_tests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Channels of a workspace. */
        get: operations["list_channels"];
        put?: never;
        /** Makes a channel. */
        post: operations["create_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/channels/{channel}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A channel. */
        get: operations["show_channels"];
        /** Changes a channel. Secrets that are left out stay as they are, unless the messages then go to another server. */
        put: operations["update_channels"];
        post?: never;
        /** Removes a channel, with its rules and what was on its way to it. */
        delete: operations["remove_channels"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/channels/{channel}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a test message to a channel. */
        post: operations["test_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/channels/{channel}/test-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a test message with changed settings of a channel before they are kept. Secrets that are left out are those that
         *     are kept, as long as nothing else changes that might be where they go; otherwise they have to be given again.
         */
        post: operations["test_settings_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connection-tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tests settings before they are kept. Whoever accepts `application/x-ndjson` is told every step while it happens. */
        post: operations["test_new_connection_tests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connections of a workspace. */
        get: operations["list_connections"];
        put?: never;
        /** Makes a connection. */
        post: operations["create_connections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A connection. */
        get: operations["show_connections"];
        /** Changes a connection. Secrets that are left out stay as they are, as long as no other setting changes. */
        put: operations["update_connections"];
        post?: never;
        /** Removes a connection that no pipeline in use refers to. */
        delete: operations["remove_connections"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rows of a stream or a query as a file. It is made as it is sent: one that breaks off is not complete. */
        get: operations["export_connections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the roles that people have on a connection. */
        get: operations["on_connection_grants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/grants/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives somebody of the workspace a role on a connection, up to `editor` and up to the own one. */
        put: operations["put_on_connection_grants"];
        post?: never;
        /** Takes the role of somebody on a connection away. */
        delete: operations["remove_on_connection_grants"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/queries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queries of a connection. */
        get: operations["list_queries"];
        put?: never;
        /** Keeps a query. */
        post: operations["create_queries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A query. */
        get: operations["show_queries"];
        /** Changes a query: its name, its SQL. */
        put: operations["update_queries"];
        post?: never;
        /** Removes a query. */
        delete: operations["remove_queries"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** First rows of a stream, or of a query. Whoever stops waiting stops the query. */
        post: operations["rows_connections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Streams of a connection: its tables, views, files. */
        get: operations["streams_connections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tests a connection. Whoever accepts `application/x-ndjson` is told every step while it happens. */
        post: operations["test_connections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/connections/{connection}/test-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tests changed settings of a connection before they are kept. Secrets that are left out are those that are kept, as long
         *     as nothing else changes that might be where they go; otherwise they have to be given again.
         */
        post: operations["test_settings_connections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages to channels of a workspace, the newest first, with what became of them. */
        get: operations["deliveries_workspaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/deliveries/{delivery}/again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message that was given up again. */
        post: operations["again_deliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what a run of a document that is being written would change. Nothing is changed. */
        post: operations["dry_run_draft_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/freshness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When each target of the pipelines in use was loaded last, against what their schedules promise; the latest ones first, then
         *     those that were loaded longest ago.
         */
        get: operations["list_freshness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists invitations that wait to be accepted, without their links. */
        get: operations["list_invitations"];
        put?: never;
        /** Invites somebody; the answer holds the link, which is shown once. */
        post: operations["add_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back. */
        delete: operations["withdraw_invitations"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists keys: one's own, and for admins those of everybody. */
        get: operations["list_keys"];
        put?: never;
        /** Makes a key of one's own; the answer holds it, and it is never shown again. */
        post: operations["add_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a key: one's own, and for admins that of anybody. */
        delete: operations["revoke_keys"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the people of a workspace. */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives somebody of the workspace another role. Those who run the server may also let somebody in who has an account. */
        put: operations["put_members"];
        post?: never;
        /** Takes somebody out of a workspace, with the keys and grants there; everybody may leave by themselves. */
        delete: operations["remove_members"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pipelines of a workspace. */
        get: operations["list_pipelines"];
        put?: never;
        /** Makes a pipeline from a document. */
        post: operations["create_pipelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A pipeline. */
        get: operations["show_pipelines"];
        /** Makes a new version of a pipeline. */
        put: operations["update_pipelines"];
        post?: never;
        /** Removes a pipeline that was put away, with its versions, runs and logs. */
        delete: operations["remove_pipelines"];
        options?: never;
        head?: never;
        /** Puts a pipeline away, takes it out again, changes who sees it, or sets its tags. */
        patch: operations["patch_pipelines"];
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a backfill, or shows the pieces that it would have. */
        post: operations["create_backfills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compares two versions, node by node. */
        get: operations["diff_pipelines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The document of a pipeline, as text. */
        get: operations["document_pipelines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what a run of a pipeline would change. Nothing is changed. */
        post: operations["dry_run_pipelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a copy of a pipeline, without its schedules. */
        post: operations["duplicate_pipelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the roles that people have on a pipeline. */
        get: operations["on_pipeline_grants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives somebody of the workspace a role on a pipeline, up to `editor` and up to the own one. */
        put: operations["put_on_pipeline_grants"];
        post?: never;
        /** Takes the role of somebody on a pipeline away. */
        delete: operations["remove_on_pipeline_grants"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/hook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens the web hook of a pipeline, or gives it a new key. */
        post: operations["open_hook"];
        /** Closes the web hook of a pipeline. */
        delete: operations["close_hook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens the sources of a pipeline as it is saved, and says what every node gives, and how it is computed. No row is shown. */
        post: operations["plan_saved_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rows of a node of a pipeline. */
        post: operations["preview_pipelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a pipeline has read. */
        get: operations["progress_pipelines"];
        put?: never;
        post?: never;
        /** Forgets how far a pipeline has read: the next run reads everything. */
        delete: operations["forget_progress"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings an earlier document back, as a new version. */
        post: operations["rollback_pipelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a run. The same `Idempotency-Key` starts one run only. */
        post: operations["start_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a schedule. */
        post: operations["create_schedules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of a pipeline, the newest first. */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version. */
        get: operations["show_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens the sources of a document and says what every node gives, and how it is going to be computed. */
        post: operations["plan_workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rows of a node of a document that is being written. */
        post: operations["preview_draft_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rules of a workspace. */
        get: operations["list_rules"];
        put?: never;
        /** Makes a rule. */
        post: operations["create_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/rules/{rule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A rule. */
        get: operations["show_rules"];
        /** Changes a rule. */
        put: operations["update_rules"];
        post?: never;
        /** Removes a rule. */
        delete: operations["remove_rules"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of a workspace, the newest first unless another order is asked for. */
        get: operations["list_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run. */
        get: operations["show_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The attempts of a run. */
        get: operations["attempts_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a run to stop. Nothing of what it has not committed stays visible. */
        post: operations["cancel_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/loads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The loads that a run committed. */
        get: operations["receipts_loads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a run said. */
        get: operations["log_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The first rows that each destination of a run got, as they were written; kept as long as logs are. */
        get: operations["outputs_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rows of a run in quarantine. */
        get: operations["list_quarantine"];
        put?: never;
        post?: never;
        /** Empties the quarantine of a run. */
        delete: operations["clear_quarantine"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says of rows in quarantine that they are not needed, or takes that back. Rows that were corrected and sent on stay as they are. */
        post: operations["dismiss_quarantine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rows of a run in quarantine, as a file of comma-separated values that spreadsheets open. No value in it is taken for a formula. */
        get: operations["export_quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often each reason occurs in the quarantine of a run. */
        get: operations["groups_quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The nodes that sent rows into the quarantine of a run, and where their rows would land when they are corrected. */
        get: operations["nodes_quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/repairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends rows in quarantine on after they were corrected.
         * @description They enter the pipeline where they were rejected, and land in the destinations behind. Each node that rejected some of them gets a run of its own. Destinations that are written as a whole
         *     get the rows added; no row is loaded twice.
         */
        post: operations["repair_repairs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that was reported at the end of a run: checks, drift, lineage. */
        get: operations["report_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on with a run that failed or was stopped, after what is already in place. */
        post: operations["resume_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The nodes of a run with their counts: while it runs as far as they have come, afterwards as they ended. */
        get: operations["counts_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/tasks/{node}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a node of a run again that failed or did not come to its end.
         * @description A run is one whole: it goes on with this node and all that
         *     is not in place. Loads that are in place are not written again, and chunks that are safe are not read again.
         */
        post: operations["retry_tasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/{run}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the loads of a run back, where nothing has been written since.
         * @description What takes longer than a moment goes on by itself: the
         *     answer is 202 then, and the event `run.undone` or `run.undo_failed` tells the end.
         */
        post: operations["undo_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/schedule-forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says when a rule fires, and what it means in words. */
        post: operations["forecast_schedule_forecast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Schedules of a workspace. */
        get: operations["list_schedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/schedules/{schedule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A schedule. */
        get: operations["show_schedules"];
        /** Changes a schedule. What was due before the change is not made up for. */
        put: operations["update_schedules"];
        post?: never;
        /** Removes a schedule; runs that it started stay. */
        delete: operations["remove_schedules"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/schedules/{schedule}/go-on": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a schedule fire again. What was due in the meantime is treated as its `catch_up` says. */
        post: operations["go_on_schedules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/schedules/{schedule}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a schedule. */
        post: operations["pause_schedules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finds things by a part of their names. Only what the caller may see is found.
         * @description Tables are known by what pipelines wrote, and by what was seen when somebody looked into a connection: no system is
         *     asked.
         */
        get: operations["find_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs the tests of a document. Nothing is written. */
        post: operations["tests_workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files of a workspace. */
        get: operations["list_uploads"];
        put?: never;
        /**
         * Takes a file: the body is its content. The same `Idempotency-Key` takes one file only, and answers the same name and
         *     content again with it.
         */
        post: operations["take_uploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/uploads/{upload}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file, without its content, with the pipelines that read it. */
        get: operations["show_uploads"];
        put?: never;
        post?: never;
        /** Removes a file. */
        delete: operations["remove_uploads"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/uploads/{upload}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The content of a file. */
        get: operations["content_uploads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/uploads/{upload}/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what a file holds and how that was found out: its layout, its columns with the reasons for their types, and what
         *     cannot be read. The answer holds a source node that says the same.
         */
        post: operations["inspect_uploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what is wrong with a document: its structure, kinds and settings. Connects to nothing. */
        post: operations["validate_workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is watched in a workspace: late runs, old data, unusual numbers of rows, changed columns. */
        get: operations["watch_workspaces"];
        /** Changes what is watched in a workspace; what is left out is as usual. */
        put: operations["set_watch_watch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the process lives. */
        get: operations["live_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether the server can do its work, and if not, why. */
        get: operations["ready_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{pipeline}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts a pipeline. The header `Towpath-Signature` is `t=<seconds since 1970>,v1=<hex of HMAC-SHA-256 over "t.body">`.
         * @description The same signature starts one run only. The body may hold `params`, `date`, `from` and `to`, as for starting a run.
         */
        post: operations["call_hooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the text format of Prometheus. */
        get: operations["scrape_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives tokens to a program: for a password, or for a refresh token. */
        post: operations["token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What one changes about oneself; what is missing stays. */
        AccountChange: {
            /** @description The address with which the person signs in. Asks for `password`. */
            email?: string | null;
            /** @description `en` or `fr`. */
            language?: string | null;
            /** @description The name that others see. */
            name?: string | null;
            /**
             * Format: password
             * @description The password, if `email` changes.
             */
            password?: string | null;
            /** @description What the pages keep for the person. */
            settings?: Record<string, never> | null;
        };
        /** @description One's own account. */
        AccountView: components["schemas"]["User"] & {
            /** @description Whether there is a password; people who sign in elsewhere only have none. */
            has_password: boolean;
            /** @description Where else the person signs in. */
            identities: components["schemas"]["Identity"][];
            /**
             * Format: int64
             * @description Recovery codes that were not used yet.
             */
            recovery_codes_left: number;
        };
        /**
         * @description Who did something.
         * @enum {string}
         */
        ActorKind: "user" | "key" | "server" | "operator" | "nobody";
        /** @description An API key, without the key. */
        ApiKey: {
            /** @description How the key begins, to tell keys apart. */
            beginning: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description What it is for. */
            name: string;
            /** @description What it may do. */
            scopes: string[];
            /**
             * Format: date-time
             * @description When it was used last, to the minute.
             */
            used_at?: string | null;
            /** @description Whose it is; it never may more than its owner. */
            user_id: string;
            /** @description The workspace it works in. */
            workspace_id: string;
        };
        /** @description A try to carry out a run. */
        Attempt: {
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /** @description Why it failed. */
            fault?: Record<string, never> | null;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            number: number;
            /**
             * Format: int64
             * @description Most bytes of memory that it held at once: what sorts, joins and aggregates reserved, and the batches on their way into
             *     destinations. What drivers and the program itself hold is not in it.
             */
            peak_memory?: number | null;
            /** @description It went on after an earlier attempt. */
            resumed: boolean;
            /**
             * Format: date-time
             * @description When it started.
             */
            started_at: string;
            /** @description `running`, `done`, `quarantined`, `failed`, `cancelled`, `handed_over`, or `lost` with its worker. */
            state: string;
            /** @description Name of the worker. */
            worker: string;
            /** @description The worker. */
            worker_id: string;
        };
        /** @description Runs of a pipeline for a range of past intervals. */
        Backfill: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who asked for it. */
            created_by?: string | null;
            /** @description Its identity. */
            id: string;
            /**
             * Format: int64
             * @description How many pieces it has.
             */
            pieces: number;
            /** @description The pipeline. */
            pipeline_id: string;
            /** @description What was asked for: range, step, order, parameters. */
            spec: Record<string, never>;
            /** @description How it stands. */
            state: components["schemas"]["BackfillState"];
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A backfill was paused, goes on, or was cancelled. */
        BackfillChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["BackfillNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "backfill.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a backfill ended. */
        BackfillEnded: {
            /** @description Its identity. */
            id: string;
            /** @description How it stands. */
            state: components["schemas"]["BackfillState"];
        };
        /** @description All pieces of a backfill ended. */
        BackfillEndedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["BackfillEnded"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "backfill.ended";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A backfill began. */
        BackfillMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["BackfillNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "backfill.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a backfill stands. */
        BackfillNews: {
            /** @description Its identity. */
            id: string;
            /**
             * Format: int64
             * @description How many pieces it has.
             */
            pieces: number;
            /** @description How it stands. */
            state: components["schemas"]["BackfillState"];
        };
        /**
         * @description How a backfill stands.
         * @enum {string}
         */
        BackfillState: "running" | "paused" | "done" | "cancelled";
        /** @description What is to be looked at. */
        Browse: {
            /**
             * Format: int32
             * @description Most rows, from 1 to 1000; 100 if nothing is said.
             */
            limit?: number | null;
            /**
             * Format: int32
             * @description How many seconds it may take, from 1 to 100; 60 if nothing is said. What takes longer is stopped, in the system too.
             */
            seconds?: number | null;
            /**
             * @description Settings of a source that reads the stream, as `streams` gives them, or a `query` where the system answers SQL. It
             *     only reads: in a transaction or a database that is opened for reading.
             */
            settings: Record<string, never>;
            /** @description SQL over the rows of that source, which it calls `rows`, for systems that answer none. */
            sql?: string | null;
        };
        /**
         * @description What started a run.
         * @enum {string}
         */
        Cause: "schedule" | "manual" | "api" | "event" | "after" | "backfill" | "repair";
        /** @description A channel, without its secrets. */
        Channel: {
            /** @description Whether it is told. */
            active: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description What it is: `email`, `webhook`, `slack`, `teams`, `mattermost`. */
            kind: string;
            /** @description The language of its messages: `en` or `fr`. */
            language: string;
            /** @description Its name. */
            name: string;
            /** @description How often it is told. */
            pace: Record<string, never>;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description The settings of its kind; secrets are left out. */
            settings: Record<string, never>;
            /** @description Why the last test failed; none when it went well. */
            test_fault?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When it was tested last.
             */
            tested_at?: string | null;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A channel changed. */
        ChannelChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ChannelNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "channel.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A kind of channel. */
        ChannelKind: {
            /** @description Its name in settings. */
            name: string;
            /** @description JSON Schema of its settings; secrets have `x-secret`. */
            schema: Record<string, never>;
            /** @description Its name for people. */
            title: string;
        };
        /** @description A channel of notifications was made. */
        ChannelMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ChannelNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "channel.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Which channel it is. */
        ChannelNews: {
            /** @description Its identity. */
            id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description A channel was removed. */
        ChannelRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ChannelNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "channel.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A channel as it is answered: without secrets, with the names of those that are kept. */
        ChannelView: components["schemas"]["Channel"] & {
            /** @description Places in the settings whose secrets are kept, as JSON pointers. */
            secrets: string[];
        };
        /** @description What was found out about a document. */
        Checked: {
            /** @description What could not be looked at because another system failed: node and reason. */
            faults: components["schemas"]["NodeFault"][];
            /** @description The nodes, in the order of the document. */
            nodes: components["schemas"]["NodeOutline"][];
            /** @description Every place that is wrong. */
            problems: components["schemas"]["Finding"][];
        };
        /** @description The cursor value up to which a stream is loaded. */
        Checkpoint: {
            /** @description Its cursor column. */
            cursor_field: string;
            /** @description The run that moved it last. */
            run_id: string;
            /** @description The source node. */
            stream: string;
            /**
             * Format: date-time
             * @description When.
             */
            updated_at: string;
            /** @description The value, as text. */
            value: string;
        };
        /** @description A code of the authenticator. */
        Code: {
            /** @description Six digits. */
            code: string;
        };
        /** @description A column of a node's output. */
        Column: {
            /** @description Its name. */
            name: string;
            /** @description Whether values may be missing. */
            nullable: boolean;
            /** @description Its type, as documents write it. */
            type: string;
        };
        /** @description From where a column comes. */
        ColumnLineage: {
            /** @description The column. */
            column: string;
            /** @description Columns of the nodes before; none when the node makes the values itself. */
            from: components["schemas"]["ColumnOrigin"][];
            /** @description Columns of sources, however many nodes are between. */
            sources: components["schemas"]["ColumnOrigin"][];
        };
        /** @description A column from which another comes. */
        ColumnOrigin: {
            /** @description The column. */
            column: string;
            /** @description `copied`: the values are the same; `computed`: they are made of these and perhaps of others. */
            how: string;
            /** @description The node. */
            node: string;
            /** @description Its output port. */
            port: string;
        };
        /** @description Where the browser goes to connect a provider. */
        Connecting: {
            /** @description The address at the provider. */
            location: string;
        };
        /** @description A connection, without its secrets. */
        Connection: {
            /** @description Its connector. */
            connector: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description What it is for. */
            description: string;
            /** @description Its identity. */
            id: string;
            /**
             * Format: int64
             * @description Most runs that use it at the same time.
             */
            max_runs?: number | null;
            /** @description The name by which pipelines refer to it. */
            name: string;
            /** @description Only administrators and people with a grant see and use it. */
            restricted: boolean;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description The settings of the connector; secrets are left out. */
            settings: Record<string, never>;
            /** @description Why the last test failed; none when it went well. */
            test_fault?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When it was tested last.
             */
            tested_at?: string | null;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A connection changed. */
        ConnectionChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ConnectionNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "connection.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A connection in a list: without secrets, with who uses it. */
        ConnectionItem: components["schemas"]["Connection"] & {
            /**
             * Format: int64
             * @description How many pipelines in use refer to it, as far as the caller may know of them.
             */
            pipelines: number;
            /** @description The caller's role on it. */
            role: string;
            /**
             * Format: int64
             * @description How many schedules of these pipelines fire.
             */
            schedules: number;
        };
        /** @description A connection was made. */
        ConnectionMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ConnectionNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "connection.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Which connection it is. */
        ConnectionNews: {
            /** @description Its identity. */
            id: string;
            /** @description Its name; none of one that is restricted. */
            name?: string | null;
        };
        /** @description A connection was removed. */
        ConnectionRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ConnectionNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "connection.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description What a test of a connection gave. */
        ConnectionTested: {
            /** @description Its identity. */
            id: string;
            /** @description Its name; none of one that is restricted. */
            name?: string | null;
            /** @description Whether it works. */
            ok: boolean;
        };
        /** @description A connection was tested. */
        ConnectionTestedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ConnectionTested"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "connection.tested";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A connection as it is answered: without secrets, with the names of those that are kept. */
        ConnectionView: components["schemas"]["Connection"] & {
            /** @description The caller's role on it. */
            role: string;
            /** @description Places in the settings whose secrets are kept, as JSON pointers. */
            secrets: string[];
            /** @description Pipelines in use that refer to it, as far as the caller may know of them. */
            used_by: components["schemas"]["UseView"][];
        };
        /** @description A row with its corrections. */
        Correction: {
            /**
             * Format: int64
             * @description Number of the row in quarantine.
             */
            number: number;
            /**
             * @description The values that are corrected, by column, as texts in plain notation (`12.50`, `2026-11-30`); null for no value. The
             *     others stay as they were.
             */
            values?: {
                [key: string]: string | null;
            };
        };
        /** @description A message on its way, or at its end. */
        Delivery: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The channel it goes to. */
            channel_id?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was taken or given up.
             */
            ended_at?: string | null;
            /** @description Why the last attempt failed. */
            fault?: Record<string, never> | null;
            /** @description Its identity. */
            id: string;
            /** @description What it says. */
            message: Record<string, never>;
            /**
             * Format: date-time
             * @description It is not sent earlier.
             */
            not_before: string;
            /** @description Why it is sent: `first`, `reminder`, `recovery`, `summary` or `digest`. */
            occasion: string;
            /** @description Recipients that were not taken, with the reasons. */
            refused?: Record<string, never> | null;
            /** @description How it stands. */
            state: components["schemas"]["DeliveryState"];
            /** @description The person it goes to by mail. */
            user_id?: string | null;
            /** @description The workspace it is about. */
            workspace_id: string;
        };
        /**
         * @description How a message stands.
         * @enum {string}
         */
        DeliveryState: "waiting" | "delivered" | "failed";
        /** @description What differs between two versions. */
        Diff: {
            /** @description The older one. */
            from: components["schemas"]["Version"];
            /** @description Nodes that differ. */
            nodes: components["schemas"]["NodeDiff"][];
            /** @description Other sections that differ. */
            sections: string[];
            /** @description The newer one. */
            to: components["schemas"]["Version"];
        };
        /** @description Rows that are not needed, or are after all. */
        Dismissal: {
            /** @description False takes it back. */
            dismissed: boolean;
            /** @description Numbers of the rows. */
            numbers: number[];
        };
        /** @description A document to be looked at. */
        Draft: {
            /** @description The document: YAML or JSON. */
            document: string;
            /** @description Values for its parameters. */
            params?: Record<string, never>;
        };
        /** @description How many rows of a target would change. */
        DryCounts: {
            /**
             * Format: int64
             * @description Rows deleted, or flagged as gone.
             */
            deleted: number;
            /**
             * Format: int64
             * @description New rows.
             */
            inserted: number;
            /**
             * Format: int64
             * @description Rows that come and are there already, value for value.
             */
            unchanged: number;
            /**
             * Format: int64
             * @description Rows with at least one other value.
             */
            updated: number;
        };
        /** @description A document of which a dry run is wanted. */
        DryDraft: components["schemas"]["DryWanted"] & {
            /** @description The document: YAML or JSON. */
            document: string;
            /** @description The pipeline that it is going to be a version of: what that one has read is not read again. */
            pipeline?: string | null;
        };
        /** @description Why a run would fail. */
        DryFault: {
            /** @description Kind of the fault. */
            code: string;
            /** @description What to do. */
            hint?: string | null;
            /** @description What fails. */
            message: string;
        };
        /** @description What a load would change in its target. */
        DryLoad: {
            changes?: components["schemas"]["DryCounts"] | null;
            /** @description Columns of the target. */
            columns: string[];
            /** @description Those of them that say which row is meant. */
            key: string[];
            /** @description How rows land: `append`, `merge`, … */
            mode: string;
            /** @description The destination node. */
            node: string;
            /** @description Remarks of the target. */
            notes: string[];
            /**
             * Format: int64
             * @description Rows that come.
             */
            rows: number;
            /** @description The first rows of each kind that would change. */
            samples: components["schemas"]["DryRow"][];
            /** @description What it writes to, as `connection/table`. */
            target: string;
        };
        /** @description A row of a target that would change. */
        DryRow: {
            /** @description The values that come; missing for a row that goes. */
            after?: (string | null)[] | null;
            /** @description The values in the target, in the order of the columns; missing for a new row. */
            before?: (string | null)[] | null;
            /** @description `inserted`, `updated` or `deleted`. */
            change: string;
        };
        /** @description What a run would change, were it carried out now. Nothing was changed. */
        DryRun: {
            fault?: components["schemas"]["DryFault"] | null;
            /** @description The destinations, in the order of the document. */
            loads: components["schemas"]["DryLoad"][];
            /**
             * Format: int64
             * @description Rows that would be in quarantine.
             */
            quarantined: number;
            /**
             * Format: double
             * @description How long it took, in seconds.
             */
            seconds: number;
        };
        /** @description What a dry run is to show. */
        DryWanted: {
            /** @description Values for parameters. */
            params?: Record<string, never>;
            /** @description Rows of each kind that are shown, from 0 to 200; 20 if nothing is said. */
            samples?: number | null;
        };
        /** @description How a copy is called. */
        Duplicate: {
            /** @description Name of the copy. */
            name: string;
        };
        /** @description An entry of the audit. */
        Entry: {
            /** @description What was done. */
            action: string;
            /** @description Name of whoever did it, as it was at that time. */
            actor?: string | null;
            /** @description Identity of whoever did it. */
            actor_id?: string | null;
            /** @description Who did it. */
            actor_kind: components["schemas"]["ActorKind"];
            /** @description The address it came from. */
            address?: string | null;
            /** @description The object after, without secrets. */
            after?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description The object before, without secrets. */
            before?: Record<string, never> | null;
            /** @description Hash of names, addresses and contents. */
            content: string;
            /** @description More about it. */
            detail?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When names, addresses and contents were erased with a person.
             */
            erased_at?: string | null;
            /** @description Hash of this entry. */
            hash: string;
            /**
             * Format: int64
             * @description Its number in the chain, from 1.
             */
            number: number;
            /** @description Name of what it was done to, as it was at that time. */
            object?: string | null;
            /** @description Identity of what it was done to. */
            object_id?: string | null;
            /** @description Kind of what it was done to. */
            object_kind?: string | null;
            /** @description How it went. */
            outcome: components["schemas"]["Outcome"];
            /** @description Hash of the entry before. */
            previous: string;
            /** @description The request. */
            request?: string | null;
            /** @description The workspace, if it was in one. */
            workspace_id?: string | null;
        };
        /** @description What was found out about a file as a whole, and what speaks for it. */
        Evidence: {
            /** @description Why. */
            evidence: string;
            /** @description The file it is about, where there are several. */
            file?: string | null;
            /** @description What was found. */
            found: string;
            /** @description The setting of the source that says the same. */
            setting?: string | null;
            /** @description The value of that setting. */
            value?: unknown;
            /** @description What was looked for, for example `delimiter`. */
            what: string;
        };
        /** @description What an authenticator needs to know. Shown once. */
        FactorKey: {
            /** @description The same as an `otpauth:` address, for a picture. */
            address: string;
            /** @description The key, to be typed in. */
            key: string;
        };
        /** @description A place that is wrong. */
        Finding: {
            /** @description Column of the document, from 1. */
            column?: number | null;
            /** @description What to do. */
            hint?: string | null;
            /** @description Line of the document, from 1. */
            line?: number | null;
            /** @description What is wrong. */
            message: string;
            /** @description Where, as a JSON pointer into what was sent or into the document. */
            path: string;
        };
        /** @description A time at which a schedule fires. */
        Fire: {
            /**
             * Format: date-time
             * @description The moment.
             */
            at: string;
            /**
             * Format: date-time
             * @description End of the data interval.
             */
            interval_end?: string | null;
            /**
             * Format: date-time
             * @description Begin of the data interval.
             */
            interval_start?: string | null;
            /** @description The same in the zone of the schedule. */
            local: string;
            /** @description Something about it that people should know, such as a change of the clock. */
            remark?: string | null;
        };
        /** @description When a schedule fires. */
        Forecast: {
            /** @description The next times, oldest first. */
            fires: components["schemas"]["Fire"][];
            /** @description The rule in words, by language. */
            words: Record<string, never>;
        };
        /** @description A rule to be looked at. */
        ForecastOf: {
            /**
             * Format: date-time
             * @description From when on; now if nothing is said.
             */
            after?: string | null;
            /**
             * Format: int32
             * @description How many times, from 1 to 500; 10 if nothing is said.
             */
            count?: number | null;
            /** @description The rule, as documents write it under `schedule`. */
            spec: Record<string, never>;
        };
        /** @description Whose password is to be set anew. */
        Forgotten: {
            /** @description The address with which the person signs in. */
            email: string;
        };
        /** @description How fresh a target is. */
        Freshness: {
            /**
             * Format: date-time
             * @description When schedules promise the load after that one; missing without a schedule that goes by time.
             */
            due_at?: string | null;
            /** @description Whether that was due some time ago, and did not come. */
            late: boolean;
            /**
             * Format: date-time
             * @description When it was loaded last.
             */
            loaded_at?: string | null;
            /** @description Its name. */
            pipeline: string;
            /** @description The pipeline that writes it. */
            pipeline_id: string;
            /**
             * Format: int64
             * @description Rows of that load.
             */
            rows?: number | null;
            /** @description The run that loaded it last; missing when there was none, or when it is not kept any more. */
            run_id?: string | null;
            /** @description What is written to, as `connection/table`. */
            target: string;
        };
        /** @description What it takes to take the second factor away. */
        FullProof: {
            /** @description A code of the authenticator, or a recovery code. */
            code: string;
            /**
             * Format: password
             * @description The password, if there is one.
             */
            password?: string | null;
        };
        /** @description A role on one connection or pipeline. */
        Grant: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who gave it. */
            created_by?: string | null;
            /** @description Which one. */
            object_id: string;
            /** @description What it is given on. */
            object_kind: components["schemas"]["ObjectKind"];
            /** @description The role. */
            role: string;
            /** @description Who has it. */
            user_id: string;
        };
        /** @description A role on a connection or pipeline, with the name of the person. */
        GrantView: components["schemas"]["Grant"] & {
            /** @description The address with which the person signs in. */
            email: string;
            /** @description The name that others see. */
            name: string;
        };
        /** @description How often something was rejected for the same reason. */
        Group: {
            /** @description The column. */
            column?: string | null;
            /** @description The node. */
            node: string;
            /**
             * Format: int64
             * @description How many of them nothing was done about yet.
             */
            open: number;
            /** @description One of the reasons. */
            reason: string;
            /**
             * Format: int64
             * @description How many rows.
             */
            rows: number;
        };
        /** @description How the server is. */
        Health: {
            /** @description `ok`, or what is wrong. */
            status: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description Something that was found. */
        Hit: {
            /**
             * @description More about it: a description, the connector, the connection of a table, the state of a run, the identity of the
             *     pipeline of a schedule, the bytes of a file, the place within a page.
             */
            detail: string;
            /** @description Its identity; of a table the name of its connection and its own, with `/` between; of a page its path. */
            id: string;
            /** @description `pipeline`, `run`, `connection`, `table`, `schedule`, `upload`, or `page` of the documents. */
            kind: string;
            /** @description Its name; of a run that of its pipeline. */
            name: string;
        };
        /** @description A web hook that was opened. The key is shown once. */
        Hook: {
            /** @description The key with which requests are signed. */
            key: string;
            /** @description The address to send to. */
            url: string;
        };
        /** @description How a file is to be read. */
        HowRead: {
            /** @description Settings of a `file` source, without `path`; what is not said is found out. */
            settings?: Record<string, never>;
        };
        /** @description By which subject another system knows a person. */
        Identity: {
            /**
             * Format: date-time
             * @description When the two were brought together.
             */
            created_at: string;
            /** @description Name of the other system in the settings of the server. */
            provider: string;
            /** @description The person, as the other system counts them. */
            subject: string;
        };
        /** @description What a file holds, how that was found out, and a source that says the same. */
        Inspected: {
            /** @description What should be there and is not. */
            alerts: string[];
            /**
             * Format: int64
             * @description Size of the file.
             */
            bytes?: number | null;
            /** @description Its columns. */
            columns: components["schemas"]["InspectedColumn"][];
            /** @description What was found out about the file as a whole: format, encoding, delimiter, where its table begins. */
            facts: components["schemas"]["Evidence"][];
            /** @description All rows were read; otherwise counts are about the first ones. */
            is_whole: boolean;
            /** @description A source node with the settings that say what was found. */
            node: Record<string, never>;
            /** @description Remarks. */
            notes: string[];
            /**
             * Format: int64
             * @description How many rows cannot be read.
             */
            rejected: number;
            /** @description The first of them. */
            rejects: components["schemas"]["Rejected"][];
            /**
             * Format: int64
             * @description Rows that were read.
             */
            rows: number;
        };
        /** @description A column of a file, with how its type was found. */
        InspectedColumn: {
            /**
             * Format: int64
             * @description How many values are missing.
             */
            empty: number;
            /** @description Why it has that type. */
            evidence?: string | null;
            /** @description Some of its values. */
            examples: string[];
            /** @description Its name. */
            name: string;
            /** @description Its type, as documents write it. */
            type: string;
        };
        /** @description A part of a list. */
        Items_ApiKey: {
            /** @description The entries. */
            items: {
                /** @description How the key begins, to tell keys apart. */
                beginning: string;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description What it is for. */
                name: string;
                /** @description What it may do. */
                scopes: string[];
                /**
                 * Format: date-time
                 * @description When it was used last, to the minute.
                 */
                used_at?: string | null;
                /** @description Whose it is; it never may more than its owner. */
                user_id: string;
                /** @description The workspace it works in. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Attempt: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                ended_at?: string | null;
                /** @description Why it failed. */
                fault?: Record<string, never> | null;
                /**
                 * Format: int64
                 * @description Its number, from 1.
                 */
                number: number;
                /**
                 * Format: int64
                 * @description Most bytes of memory that it held at once: what sorts, joins and aggregates reserved, and the batches on their way into
                 *     destinations. What drivers and the program itself hold is not in it.
                 */
                peak_memory?: number | null;
                /** @description It went on after an earlier attempt. */
                resumed: boolean;
                /**
                 * Format: date-time
                 * @description When it started.
                 */
                started_at: string;
                /** @description `running`, `done`, `quarantined`, `failed`, `cancelled`, `handed_over`, or `lost` with its worker. */
                state: string;
                /** @description Name of the worker. */
                worker: string;
                /** @description The worker. */
                worker_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Backfill: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description Who asked for it. */
                created_by?: string | null;
                /** @description Its identity. */
                id: string;
                /**
                 * Format: int64
                 * @description How many pieces it has.
                 */
                pieces: number;
                /** @description The pipeline. */
                pipeline_id: string;
                /** @description What was asked for: range, step, order, parameters. */
                spec: Record<string, never>;
                /** @description How it stands. */
                state: components["schemas"]["BackfillState"];
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Channel: {
            /** @description The entries. */
            items: {
                /** @description Whether it is told. */
                active: boolean;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description What it is: `email`, `webhook`, `slack`, `teams`, `mattermost`. */
                kind: string;
                /** @description The language of its messages: `en` or `fr`. */
                language: string;
                /** @description Its name. */
                name: string;
                /** @description How often it is told. */
                pace: Record<string, never>;
                /**
                 * Format: int64
                 * @description Grows with every change.
                 */
                revision: number;
                /** @description The settings of its kind; secrets are left out. */
                settings: Record<string, never>;
                /** @description Why the last test failed; none when it went well. */
                test_fault?: Record<string, never> | null;
                /**
                 * Format: date-time
                 * @description When it was tested last.
                 */
                tested_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_ConnectionItem: {
            /** @description The entries. */
            items: (components["schemas"]["Connection"] & {
                /**
                 * Format: int64
                 * @description How many pipelines in use refer to it, as far as the caller may know of them.
                 */
                pipelines: number;
                /** @description The caller's role on it. */
                role: string;
                /**
                 * Format: int64
                 * @description How many schedules of these pipelines fire.
                 */
                schedules: number;
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Delivery: {
            /** @description The entries. */
            items: {
                /**
                 * Format: int64
                 * @description Attempts so far.
                 */
                attempt: number;
                /** @description The channel it goes to. */
                channel_id?: string | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was taken or given up.
                 */
                ended_at?: string | null;
                /** @description Why the last attempt failed. */
                fault?: Record<string, never> | null;
                /** @description Its identity. */
                id: string;
                /** @description What it says. */
                message: Record<string, never>;
                /**
                 * Format: date-time
                 * @description It is not sent earlier.
                 */
                not_before: string;
                /** @description Why it is sent: `first`, `reminder`, `recovery`, `summary` or `digest`. */
                occasion: string;
                /** @description Recipients that were not taken, with the reasons. */
                refused?: Record<string, never> | null;
                /** @description How it stands. */
                state: components["schemas"]["DeliveryState"];
                /** @description The person it goes to by mail. */
                user_id?: string | null;
                /** @description The workspace it is about. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Entry: {
            /** @description The entries. */
            items: {
                /** @description What was done. */
                action: string;
                /** @description Name of whoever did it, as it was at that time. */
                actor?: string | null;
                /** @description Identity of whoever did it. */
                actor_id?: string | null;
                /** @description Who did it. */
                actor_kind: components["schemas"]["ActorKind"];
                /** @description The address it came from. */
                address?: string | null;
                /** @description The object after, without secrets. */
                after?: Record<string, never> | null;
                /**
                 * Format: date-time
                 * @description When it happened.
                 */
                at: string;
                /** @description The object before, without secrets. */
                before?: Record<string, never> | null;
                /** @description Hash of names, addresses and contents. */
                content: string;
                /** @description More about it. */
                detail?: Record<string, never> | null;
                /**
                 * Format: date-time
                 * @description When names, addresses and contents were erased with a person.
                 */
                erased_at?: string | null;
                /** @description Hash of this entry. */
                hash: string;
                /**
                 * Format: int64
                 * @description Its number in the chain, from 1.
                 */
                number: number;
                /** @description Name of what it was done to, as it was at that time. */
                object?: string | null;
                /** @description Identity of what it was done to. */
                object_id?: string | null;
                /** @description Kind of what it was done to. */
                object_kind?: string | null;
                /** @description How it went. */
                outcome: components["schemas"]["Outcome"];
                /** @description Hash of the entry before. */
                previous: string;
                /** @description The request. */
                request?: string | null;
                /** @description The workspace, if it was in one. */
                workspace_id?: string | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Freshness: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When schedules promise the load after that one; missing without a schedule that goes by time.
                 */
                due_at?: string | null;
                /** @description Whether that was due some time ago, and did not come. */
                late: boolean;
                /**
                 * Format: date-time
                 * @description When it was loaded last.
                 */
                loaded_at?: string | null;
                /** @description Its name. */
                pipeline: string;
                /** @description The pipeline that writes it. */
                pipeline_id: string;
                /**
                 * Format: int64
                 * @description Rows of that load.
                 */
                rows?: number | null;
                /** @description The run that loaded it last; missing when there was none, or when it is not kept any more. */
                run_id?: string | null;
                /** @description What is written to, as `connection/table`. */
                target: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_GrantView: {
            /** @description The entries. */
            items: (components["schemas"]["Grant"] & {
                /** @description The address with which the person signs in. */
                email: string;
                /** @description The name that others see. */
                name: string;
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Group: {
            /** @description The entries. */
            items: {
                /** @description The column. */
                column?: string | null;
                /** @description The node. */
                node: string;
                /**
                 * Format: int64
                 * @description How many of them nothing was done about yet.
                 */
                open: number;
                /** @description One of the reasons. */
                reason: string;
                /**
                 * Format: int64
                 * @description How many rows.
                 */
                rows: number;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Hit: {
            /** @description The entries. */
            items: {
                /**
                 * @description More about it: a description, the connector, the connection of a table, the state of a run, the identity of the
                 *     pipeline of a schedule, the bytes of a file, the place within a page.
                 */
                detail: string;
                /** @description Its identity; of a table the name of its connection and its own, with `/` between; of a page its path. */
                id: string;
                /** @description `pipeline`, `run`, `connection`, `table`, `schedule`, `upload`, or `page` of the documents. */
                kind: string;
                /** @description Its name; of a run that of its pipeline. */
                name: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Line: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description More, as fields. */
                detail?: Record<string, never> | null;
                /** @description Who must act. */
                level: components["schemas"]["Level"];
                /** @description What it says. */
                message: string;
                /** @description The node it is about. */
                node?: string | null;
                /**
                 * Format: int64
                 * @description Its number within the run.
                 */
                number: number;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Link: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /** @description Who is invited. */
                email?: string | null;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at: string;
                /** @description Its identity. */
                id: string;
                /** @description What it is for. */
                kind: components["schemas"]["LinkKind"];
                /** @description The role of an invitation. */
                role?: string | null;
                /** @description Whose password it changes. */
                user_id?: string | null;
                /** @description The workspace of an invitation. */
                workspace_id?: string | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Load: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When it became visible.
                 */
                committed_at: string;
                /** @description The connection it went through. */
                connection?: string | null;
                /** @description The identity of the load. */
                id: string;
                lasting?: components["schemas"]["Lasting"] | null;
                /** @description How rows landed. */
                mode: string;
                /** @description The node that wrote it. */
                node: string;
                /** @description The pipeline. */
                pipeline_id: string;
                /** @description What the destination said of it. */
                receipt: Record<string, never>;
                /**
                 * Format: int64
                 * @description Rows in place.
                 */
                rows_written: number;
                /** @description The run. */
                run_id: string;
                /** @description The table or file. */
                target: string;
                /**
                 * Format: date-time
                 * @description Until when it can be taken back; nothing where its destination keeps nothing for that.
                 */
                undoable_until?: string | null;
                /**
                 * Format: date-time
                 * @description When it was taken back.
                 */
                undone_at?: string | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Member: {
            /** @description The entries. */
            items: {
                /** @description Whether the person can sign in. */
                active: boolean;
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                created_at: string;
                /** @description The address with which the person signs in. */
                email: string;
                /** @description The name that others see. */
                name: string;
                /** @description Where the role comes from: `invited`, or the name of a provider whose groups give it. */
                origin: string;
                /** @description The role in the workspace. */
                role: string;
                /** @description The person. */
                user_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Membership: {
            /** @description The entries. */
            items: (components["schemas"]["Workspace"] & {
                /** @description Where the role comes from: `invited`, or the name of a provider whose groups give it. */
                origin: string;
                /** @description The role of the person. */
                role: string;
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_NodeType: {
            /** @description The entries. */
            items: {
                /** @description What a connector can do. */
                capabilities?: Record<string, never> | null;
                /** @description What a transform does with rows. */
                effect?: unknown;
                /** @description Group of a transform in menus. */
                group?: string | null;
                /** @description Its drawing: the path of an SVG of 24 by 24, to be drawn with lines (`GET …/icon` gives the whole). */
                icon: string;
                /** @description How many inputs a transform has, or their names. */
                inputs?: unknown;
                /** @description `connector` or `transform`. */
                kind: string;
                /** @description Name in documents. */
                name: string;
                /** @description One sentence. */
                summary: string;
                /** @description Name for people. */
                title: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_NoticeView: {
            /** @description The entries. */
            items: (components["schemas"]["Notice"] & {
                /** @description The notice in words. */
                words: components["schemas"]["Words"];
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_OutputView: {
            /** @description The entries. */
            items: {
                /** @description The destination node. */
                node: string;
                /** @description The rows, at most 50; long values are cut. `more` says that not even those are all there. */
                rows: components["schemas"]["Rows"];
                /**
                 * Format: date-time
                 * @description When they were written.
                 */
                written_at: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_OwnSession: {
            /** @description The entries. */
            items: (components["schemas"]["Session"] & {
                /** @description It is the one that asks. */
                is_current: boolean;
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_PipelineLine: {
            /** @description The entries. */
            items: (components["schemas"]["Pipeline"] & {
                last_run?: components["schemas"]["LastRun"] | null;
                /**
                 * Format: date-time
                 * @description When a schedule starts it next; missing when none does.
                 */
                next_at?: string | null;
            })[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_ProviderView: {
            /** @description The entries. */
            items: {
                /** @description Its name in addresses. */
                name: string;
                /** @description What stands on the button. */
                title: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Reject: {
            /** @description The entries. */
            items: {
                /** @description Why that run rejected it again. */
                again?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description The column that did not fit. */
                column?: string | null;
                /**
                 * Format: int64
                 * @description Number of the row that it was corrected from, in the quarantine of the run that this run repairs.
                 */
                corrects?: number | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                marked_at?: string | null;
                /** @description The person or key that corrected or dismissed it. */
                marked_by?: string | null;
                /** @description The node that rejected it. */
                node: string;
                /**
                 * Format: int64
                 * @description Its number within the run.
                 */
                number: number;
                /** @description The row as it was. */
                original: string;
                /** @description Where it stood: file and line, sheet and cell, row. */
                place: string;
                /** @description Why. */
                reason: string;
                /** @description The run that sent it on after it was corrected. */
                repair_run_id?: string | null;
                /** @description What became of it. */
                standing: components["schemas"]["RejectStanding"];
                /** @description The value that did not fit. */
                value?: string | null;
                /** @description Only the value was left out; the row went on. */
                value_only: boolean;
                /** @description Its values by column, as texts in plain notation; none where it could not be taken apart. */
                values?: Record<string, never> | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_RejectingNode: {
            /** @description The entries. */
            items: {
                /** @description What to do instead. */
                hint?: string | null;
                /** @description Where corrected rows would land; nothing when they cannot go on. */
                landings: components["schemas"]["Landing"][];
                /** @description The node. */
                node: string;
                /**
                 * Format: int64
                 * @description Those about which nothing was done yet.
                 */
                open: number;
                /**
                 * Format: int64
                 * @description Its rows in quarantine.
                 */
                rows: number;
                /** @description Why corrected rows cannot go on from there. */
                why_not?: string | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Rule: {
            /** @description The entries. */
            items: {
                /** @description Whether it counts. */
                active: boolean;
                /** @description The channel that is told. */
                channel_id: string;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description Its name. */
                name: string;
                /**
                 * Format: int64
                 * @description Grows with every change.
                 */
                revision: number;
                /** @description What the channel is told of; what is left out restricts nothing. `pipelines` are identities. */
                spec: Record<string, never>;
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Run: {
            /** @description The entries. */
            items: {
                /**
                 * Format: int64
                 * @description Attempts so far.
                 */
                attempt: number;
                /**
                 * Format: date-time
                 * @description When the present attempt started.
                 */
                attempt_started_at?: string | null;
                /** @description The backfill that it is a piece of. */
                backfill_id?: string | null;
                /** @description What started it. */
                cause: components["schemas"]["Cause"];
                /** @description Names of the connections that it uses. */
                connections: string[];
                /**
                 * Format: date-time
                 * @description When it was asked for.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                ended_at?: string | null;
                /** @description The run or the arrival that its schedule waited for; of a repair the run whose rows it sends on. */
                event_key?: string | null;
                /**
                 * Format: int64
                 * @description Attempts that ended with a failure.
                 */
                failures: number;
                /** @description Why it failed. */
                fault?: Record<string, never> | null;
                /**
                 * Format: date-time
                 * @description When its schedule was due.
                 */
                fire_at?: string | null;
                /** @description The guards of mirrors let it pass. */
                force: boolean;
                /** @description Its identity. */
                id: string;
                /** @description A word of the caller that makes the same request start one run only. */
                idempotency?: string | null;
                /**
                 * Format: date-time
                 * @description End of the data interval; it is not part of it.
                 */
                interval_end?: string | null;
                /**
                 * Format: date-time
                 * @description Begin of the data interval.
                 */
                interval_start?: string | null;
                /**
                 * Format: date-time
                 * @description How long the worker has it without a sign of life.
                 */
                lease_until?: string | null;
                /**
                 * Format: int64
                 * @description Attempts that were lost with their worker.
                 */
                lost: number;
                /**
                 * Format: date-time
                 * @description It does not start earlier.
                 */
                not_before: string;
                /** @description Values given to parameters. */
                params: Record<string, never>;
                /**
                 * Format: int64
                 * @description Most bytes of memory that its last attempt held at once: what sorts, joins and aggregates reserved, and the batches on
                 *     their way into destinations. What drivers and the program itself hold is not in it.
                 */
                peak_memory?: number | null;
                /**
                 * Format: int64
                 * @description Which piece of the backfill, from 0.
                 */
                piece?: number | null;
                /** @description The pipeline. */
                pipeline_id: string;
                /**
                 * Format: int64
                 * @description Higher ones go first.
                 */
                priority: number;
                /** @description Parts of its loads are kept; it can go on. */
                resumable: boolean;
                /** @description How it is tried again. */
                retries: Record<string, never>;
                /**
                 * Format: int64
                 * @description Grows with every change but signs of life.
                 */
                revision: number;
                /**
                 * Format: int64
                 * @description Rows in quarantine.
                 */
                rows_quarantined: number;
                /**
                 * Format: int64
                 * @description Rows that its sources gave.
                 */
                rows_read: number;
                /**
                 * Format: int64
                 * @description Rows in place in its destinations.
                 */
                rows_written: number;
                /** @description The schedule that started it. */
                schedule_id?: string | null;
                /**
                 * Format: double
                 * @description Seconds of its last attempt.
                 */
                seconds?: number | null;
                /**
                 * Format: date-time
                 * @description When its first attempt started.
                 */
                started_at?: string | null;
                /** @description The person or key that started it. */
                started_by?: string | null;
                /** @description How it stands. */
                state: components["schemas"]["RunState"];
                stop?: components["schemas"]["Stop"] | null;
                /**
                 * Format: date-time
                 * @description When somebody or something asked to stop it.
                 */
                stop_asked_at?: string | null;
                /** @description The same in words. */
                stop_reason?: string | null;
                /** @description The person or key that asked to stop it. */
                stopped_by?: string | null;
                /** @description What it writes to. */
                targets: string[];
                /**
                 * Format: int64
                 * @description After so many seconds, an attempt is stopped.
                 */
                timeout_seconds: number;
                /**
                 * Format: date-time
                 * @description When somebody began to take its loads back, as long as that is under way.
                 */
                undoing_at?: string | null;
                /**
                 * Format: date-time
                 * @description When its loads were taken back.
                 */
                undone_at?: string | null;
                /**
                 * Format: int64
                 * @description The version of the pipeline.
                 */
                version: number;
                /** @description The worker that has it. */
                worker_id?: string | null;
                /** @description The workspace it belongs to. */
                workspace_id: string;
                /** @description Zone in which days are counted. */
                zone: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_SavedQuery: {
            /** @description The entries. */
            items: {
                /** @description The connection that it asks. */
                connection_id: string;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description Its name; no other query of the connection has it. */
                name: string;
                /**
                 * Format: int64
                 * @description Grows with every change.
                 */
                revision: number;
                /** @description The SQL, as it was written. */
                sql: string;
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
                /** @description Who changed it last. */
                updated_by?: string | null;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Schedule: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /**
                 * Format: date-time
                 * @description Everything that was due up to then is decided.
                 */
                handled_through: string;
                /** @description Its identity. */
                id: string;
                /** @description Its name. */
                name: string;
                /**
                 * Format: date-time
                 * @description When it fires next; none when it is paused, or never again.
                 */
                next_at?: string | null;
                /** @description Values for parameters of the pipeline. */
                params: Record<string, never>;
                /** @description It does not fire. */
                paused: boolean;
                /** @description The pipeline that it runs. */
                pipeline_id: string;
                /**
                 * Format: int64
                 * @description Grows with every change but that of how far it is decided.
                 */
                revision: number;
                /** @description The rule, as pipeline documents write it under `schedule`. */
                spec: Record<string, never>;
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Session: {
            /** @description The entries. */
            items: {
                /** @description The address from which it was used last. */
                address?: string | null;
                /** @description What the browser or program calls itself. */
                agent?: string | null;
                /**
                 * Format: date-time
                 * @description When the person signed in.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ends in any case.
                 */
                expires_at: string;
                /** @description Its identity. */
                id: string;
                /**
                 * Format: date-time
                 * @description When it ends if it is not used.
                 */
                idle_until: string;
                /** @description What holds the token. */
                kind: components["schemas"]["SessionKind"];
                /** @description How the person signed in: `password`, `password+code`, `password+recovery`, `oidc:…`. */
                method: string;
                /**
                 * Format: date-time
                 * @description When the token was changed last.
                 */
                rotated_at: string;
                /**
                 * Format: date-time
                 * @description When it was used last, to the minute.
                 */
                seen_at: string;
                /** @description Whose it is. */
                user_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_StreamOutline: {
            /** @description The entries. */
            items: {
                /** @description Its columns. */
                columns: components["schemas"]["Column"][];
                /** @description Its name for people. */
                name: string;
                /** @description Its primary key. */
                primary_key: string[];
                /**
                 * Format: int64
                 * @description About how many rows it has.
                 */
                rows?: number | null;
                /** @description Settings of a source that reads it. */
                settings: Record<string, never>;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Task: {
            /** @description The entries. */
            items: {
                /** @description Everything else that was reported of it. */
                detail: Record<string, never>;
                /** @description Connector or transform. */
                kind: string;
                /** @description Name of the node. */
                node: string;
                /** @description `source`, `transform` or `destination`. */
                role: string;
                /**
                 * Format: int64
                 * @description Rows left out because another has their key.
                 */
                rows_deduplicated: number;
                /**
                 * Format: int64
                 * @description Rows left out by a condition.
                 */
                rows_filtered: number;
                /**
                 * Format: int64
                 * @description Rows in quarantine.
                 */
                rows_quarantined: number;
                /**
                 * Format: int64
                 * @description Rows that came in.
                 */
                rows_read: number;
                /**
                 * Format: int64
                 * @description Rows that went out, or that are in place.
                 */
                rows_written: number;
                state?: components["schemas"]["TaskState"] | null;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_TestEnd: {
            /** @description The entries. */
            items: {
                /** @description Every difference; none when it holds. */
                differences: string[];
                /** @description What the test shows. */
                name: string;
                /** @description What was looked at, in the order of the test. */
                nodes: components["schemas"]["TestNode"][];
                /** @description Whether it holds. */
                passed: boolean;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Upload: {
            /** @description The entries. */
            items: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description Who gave it. */
                created_by?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description What it says it is. */
                media_type: string;
                /** @description Its name, as it was given. */
                name: string;
                /** @description Where it is, for `path` in pipelines. */
                path: string;
                /** @description SHA-256 of its content, in hexadecimal digits. */
                sha256: string;
                /**
                 * Format: int64
                 * @description Its size in bytes.
                 */
                size: number;
                /** @description The workspace it belongs to. */
                workspace_id: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_User: {
            /** @description The entries. */
            items: {
                /** @description Accounts that are not active cannot sign in. */
                active: boolean;
                /**
                 * Format: date-time
                 * @description When the account was made.
                 */
                created_at: string;
                /** @description The address with which the person signs in. */
                email: string;
                /**
                 * Format: date-time
                 * @description When the person was erased; the account keeps no name.
                 */
                erased_at?: string | null;
                /** @description Its identity. */
                id: string;
                /** @description `en` or `fr`. */
                language: string;
                /**
                 * Format: date-time
                 * @description When the person signed in last.
                 */
                last_login_at?: string | null;
                /** @description The name that others see. */
                name: string;
                /**
                 * Format: int64
                 * @description Grows with every change.
                 */
                revision: number;
                /** @description May make workspaces and accounts, and see the settings of the server. */
                runs_server: boolean;
                /**
                 * Format: date-time
                 * @description Since when a second factor is asked for.
                 */
                second_factor_since?: string | null;
                /** @description What the person prefers: theme, notifications. */
                settings: Record<string, never>;
                /**
                 * Format: date-time
                 * @description When it was changed last.
                 */
                updated_at: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Version: {
            /** @description The entries. */
            items: {
                /** @description Names of the connections that it uses. */
                connections: string[];
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description Who made it. */
                created_by?: string | null;
                /** @description The document, as it was written. */
                document: string;
                /** @description A short form that changes with the meaning of the document. */
                fingerprint: string;
                /**
                 * Format: int64
                 * @description Its number, from 1.
                 */
                number: number;
                /** @description The pipeline. */
                pipeline_id: string;
                /** @description Why it was made. */
                remark: string;
                /** @description What it writes to, as `connection/table`. */
                targets: string[];
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description A part of a list. */
        Items_Worker: {
            /** @description The entries. */
            items: {
                /**
                 * Format: int64
                 * @description How many runs it takes at the same time.
                 */
                capacity: number;
                /** @description It takes no further runs. */
                draining: boolean;
                /**
                 * Format: date-time
                 * @description Its last sign of life.
                 */
                heartbeat_at: string;
                /** @description Its identity; every start of a process is another one. */
                id: string;
                /** @description Name of the machine and number of the process. */
                name: string;
                /**
                 * Format: date-time
                 * @description When it started.
                 */
                started_at: string;
                /** @description Version of the program. */
                version: string;
            }[];
            /** @description Where the next page begins, for `after`; missing on the last one. */
            next?: string | null;
        };
        /** @description One version of a thing that a source hands out once. */
        KeptItem: {
            /** @description A hash of its contents. */
            hash?: string | null;
            /**
             * Format: int64
             * @description When it was changed last, as its store says.
             */
            modified?: number | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: date-time
             * @description When.
             */
            read_at: string;
            /**
             * Format: int64
             * @description Rows that were read of it.
             */
            rows?: number | null;
            /** @description The run that read it last. */
            run_id: string;
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            size: number;
            /** @description The source node. */
            stream: string;
            /** @description A mark of its version. */
            tag?: string | null;
            /** @description Its source has still to tidy up behind it. */
            unsettled: boolean;
        };
        /** @description What can be set. */
        Kinds: {
            /** @description Kinds of channels. */
            items: components["schemas"]["ChannelKind"][];
            /** @description Whether people can also be told by mail to themselves. */
            mails_people: boolean;
            /** @description JSON Schemas of the other settings: `pace`, `rule`, `preferences`, `watch`. */
            schemas: Record<string, never>;
        };
        /** @description Where corrected rows land. */
        Landing: {
            /** @description How corrected rows land: what is there stays. */
            lands: string;
            /** @description How rows land in a usual run. */
            mode: string;
            /** @description The destination node. */
            node: string;
            /** @description A usual run replaces what is there, so that rows of an earlier one do not belong there any more. */
            replaces: boolean;
            /** @description What it writes to, as `connection/table`. */
            target: string;
        };
        /**
         * @description Why a load cannot be taken back.
         * @enum {string}
         */
        Lasting: "undone" | "nothing_kept" | "expired";
        /** @description The last run of a pipeline, as lists show it. */
        LastRun: {
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /** @description Its identity. */
            id: string;
            /**
             * Format: int64
             * @description Rows sent to quarantine.
             */
            rows_quarantined: number;
            /**
             * Format: int64
             * @description Rows in place in destinations.
             */
            rows_written: number;
            /**
             * Format: double
             * @description How long its last attempt took.
             */
            seconds?: number | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /**
         * @description Who must act on a line.
         * @enum {string}
         */
        Level: "info" | "warn" | "error";
        /** @description A line. */
        Line: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description More, as fields. */
            detail?: Record<string, never> | null;
            /** @description Who must act. */
            level: components["schemas"]["Level"];
            /** @description What it says. */
            message: string;
            /** @description The node it is about. */
            node?: string | null;
            /**
             * Format: int64
             * @description Its number within the run.
             */
            number: number;
        };
        /** @description A link, without its secret part. */
        Link: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description Who is invited. */
            email?: string | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /** @description Its identity. */
            id: string;
            /** @description What it is for. */
            kind: components["schemas"]["LinkKind"];
            /** @description The role of an invitation. */
            role?: string | null;
            /** @description Whose password it changes. */
            user_id?: string | null;
            /** @description The workspace of an invitation. */
            workspace_id?: string | null;
        };
        /**
         * @description What a link is for.
         * @enum {string}
         */
        LinkKind: "setup" | "invitation" | "password";
        /** @description What goes with the use of a link. */
        LinkUse: {
            /** @description `en` or `fr`; for a new account. */
            language?: string;
            /** @description The name that others see; for a new account. */
            name?: string | null;
            /**
             * Format: password
             * @description The password; for a new account, or a new one for the account of the link.
             */
            password?: string | null;
        };
        /** @description What a link is for. */
        LinkView: {
            /** @description Whom it is for. */
            email?: string | null;
            /**
             * Format: date-time
             * @description Until when it works.
             */
            expires_at: string;
            /** @description The person has an account, and signs in before accepting. */
            has_account: boolean;
            /** @description `setup`, `invitation` or `password`. */
            kind: components["schemas"]["LinkKind"];
            role?: components["schemas"]["Role"] | null;
            /** @description Name of the workspace of an invitation. */
            workspace?: string | null;
        };
        /** @description Something that happened. */
        LiveEvent: components["schemas"]["RunQueuedEvent"] | components["schemas"]["RunStartedEvent"] | components["schemas"]["RunProgressEvent"] | components["schemas"]["RunLogEvent"] | components["schemas"]["RunStoppingEvent"] | components["schemas"]["RunFailingEvent"] | components["schemas"]["RunEndedEvent"] | components["schemas"]["RunChangedEvent"] | components["schemas"]["RunUndoingEvent"] | components["schemas"]["RunUndoneEvent"] | components["schemas"]["RunUndoFailedEvent"] | components["schemas"]["PipelineMadeEvent"] | components["schemas"]["PipelineChangedEvent"] | components["schemas"]["PipelineRemovedEvent"] | components["schemas"]["ConnectionMadeEvent"] | components["schemas"]["ConnectionChangedEvent"] | components["schemas"]["ConnectionTestedEvent"] | components["schemas"]["ConnectionRemovedEvent"] | components["schemas"]["QueryMadeEvent"] | components["schemas"]["QueryChangedEvent"] | components["schemas"]["QueryRemovedEvent"] | components["schemas"]["ScheduleMadeEvent"] | components["schemas"]["ScheduleChangedEvent"] | components["schemas"]["SchedulePassedEvent"] | components["schemas"]["ScheduleRemovedEvent"] | components["schemas"]["BackfillMadeEvent"] | components["schemas"]["BackfillChangedEvent"] | components["schemas"]["BackfillEndedEvent"] | components["schemas"]["UploadTakenEvent"] | components["schemas"]["UploadRemovedEvent"] | components["schemas"]["ChannelMadeEvent"] | components["schemas"]["ChannelChangedEvent"] | components["schemas"]["ChannelRemovedEvent"] | components["schemas"]["MemberChangedEvent"] | components["schemas"]["WorkspaceChangedEvent"] | components["schemas"]["WorkspaceClosedEvent"] | components["schemas"]["NoticeNewEvent"] | components["schemas"]["NoticeReadEvent"] | components["schemas"]["PresenceHereEvent"] | components["schemas"]["PresenceLeftEvent"];
        /** @description What a client hears, over a WebSocket or as a server-sent event. */
        LiveMessage: components["schemas"]["LiveEvent"] | components["schemas"]["LiveSnapshot"] | components["schemas"]["LiveSubscribed"] | components["schemas"]["LiveUnsubscribed"] | components["schemas"]["LiveRoster"] | components["schemas"]["LiveProblem"] | components["schemas"]["LivePong"];
        /** @description Somebody at a pipeline. */
        LivePerson: {
            /** @description The connection: one person may have several. */
            client: string;
            /** @description Name of the person. */
            name: string;
            /** @description The node. */
            node: string | null;
            /** @description Identity of the person. */
            user_id: string;
        };
        /** @description Somebody is there. */
        LivePong: {
            /** @constant */
            type: "pong";
        };
        /** @description The person is at a pipeline. Others who are there are told. */
        LivePresent: {
            /** @description The node. */
            node?: string | null;
            /** @description The pipeline, by identity or name. */
            pipeline: string;
            /** @constant */
            type: "present";
            /** @description The workspace, by identity or name. */
            workspace: string;
        };
        /** @description Something was not done. The stream goes on. */
        LiveProblem: {
            /** @description Which problem it is: a code of the reference. */
            code: string;
            /** @description What was not done, and why. */
            detail: string;
            /** @constant */
            type: "problem";
        };
        /** @description What a client says over a WebSocket. */
        LiveRequest: components["schemas"]["LiveSubscribe"] | components["schemas"]["LiveUnsubscribe"] | components["schemas"]["LivePresent"] | components["schemas"]["LiveSimple"];
        /** @description Who is at the pipeline, this connection among them; changes of it are events. */
        LiveRoster: {
            people: components["schemas"]["LivePerson"][];
            /** @description Identity of the pipeline. */
            pipeline: string;
            /** @constant */
            type: "roster";
            /** @description The word by which others know this connection. */
            you: string;
        };
        /** @description The person is at no pipeline any more; or asks whether somebody is there. */
        LiveSimple: {
            /** @enum {string} */
            type: "absent" | "ping";
        };
        /** @description Events before that number may be missing: read the state anew, and go on from it. */
        LiveSnapshot: {
            /**
             * Format: int64
             * @description Where to go on.
             */
            number: number;
            /** @description Why. */
            reason: string;
            /** @constant */
            type: "snapshot";
        };
        /** @description Wants to hear of something. */
        LiveSubscribe: {
            /**
             * Format: int64
             * @description After which event; without it, from now on.
             */
            after?: number | null;
            /** @description Only what the caller is told. */
            notifications?: boolean;
            /** @description Only of one pipeline, by identity. */
            pipeline?: string | null;
            /** @description Only of one run. */
            run?: string | null;
            /** @constant */
            type: "subscribe";
            /** @description The workspace, by identity or name. */
            workspace: string;
        };
        /** @description The subscription holds. */
        LiveSubscribed: {
            /**
             * Format: int64
             * @description The last event that is known.
             */
            number: number;
            topic: components["schemas"]["LiveTopic"];
            /** @constant */
            type: "subscribed";
        };
        /** @description Something to hear of. */
        LiveTopic: {
            /** @description Only what the caller is told. */
            notifications?: boolean;
            /** @description Only of one pipeline, by identity. */
            pipeline?: string | null;
            /** @description Only of one run. */
            run?: string | null;
            /** @description The workspace, by identity or name. */
            workspace: string;
        };
        /** @description Does not want to hear of it any more. */
        LiveUnsubscribe: {
            /** @description Only what the caller is told. */
            notifications?: boolean;
            /** @description Only of one pipeline, by identity. */
            pipeline?: string | null;
            /** @description Only of one run. */
            run?: string | null;
            /** @constant */
            type: "unsubscribe";
            /** @description The workspace, by identity or name. */
            workspace: string;
        };
        /** @description The subscription is over: it was asked for, or the right to it is gone. */
        LiveUnsubscribed: {
            topic: components["schemas"]["LiveTopic"];
            /** @constant */
            type: "unsubscribed";
        };
        /** @description A load that was committed. */
        Load: {
            /**
             * Format: date-time
             * @description When it became visible.
             */
            committed_at: string;
            /** @description The connection it went through. */
            connection?: string | null;
            /** @description The identity of the load. */
            id: string;
            lasting?: components["schemas"]["Lasting"] | null;
            /** @description How rows landed. */
            mode: string;
            /** @description The node that wrote it. */
            node: string;
            /** @description The pipeline. */
            pipeline_id: string;
            /** @description What the destination said of it. */
            receipt: Record<string, never>;
            /**
             * Format: int64
             * @description Rows in place.
             */
            rows_written: number;
            /** @description The run. */
            run_id: string;
            /** @description The table or file. */
            target: string;
            /**
             * Format: date-time
             * @description Until when it can be taken back; nothing where its destination keeps nothing for that.
             */
            undoable_until?: string | null;
            /**
             * Format: date-time
             * @description When it was taken back.
             */
            undone_at?: string | null;
        };
        /** @description How far a load has come. */
        LoadNow: {
            /**
             * Format: int64
             * @description Rows among them that an earlier attempt left in place.
             */
            before: number;
            /**
             * Format: int64
             * @description Bytes of those rows in memory.
             */
            bytes: number;
            /**
             * Format: double
             * @description Share of the sources that is read, from 0 to 1, where they know their size.
             */
            fraction?: number | null;
            /** @description The destination node. */
            node: string;
            /**
             * Format: int64
             * @description Rows handed to the destination.
             */
            rows: number;
        };
        /** @description An address with its password. */
        Login: {
            /** @description A code of the authenticator, or a recovery code. */
            code?: string | null;
            /** @description The address with which the person signs in. */
            email: string;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        /** @description An invitation that was made. */
        MadeInvitation: components["schemas"]["NewLink"] & {
            /** @description The invitation. */
            invitation: components["schemas"]["Link"];
        };
        /** @description A key that was made. */
        MadeKey: {
            /** @description What is known of it from now on. */
            entry: components["schemas"]["ApiKey"];
            /** @description The key, to be sent as `Authorization: Bearer …`. Shown once. */
            key: string;
        };
        /** @description An account that was made. */
        MadeUser: {
            /** @description With it, the person chooses a password. */
            password_link: components["schemas"]["NewLink"];
            /** @description The account. */
            user: components["schemas"]["User"];
        };
        /** @description How many rows changed. */
        Marked: {
            /**
             * Format: int64
             * @description Rows that stand otherwise now.
             */
            changed: number;
        };
        /** @description A person in a workspace. */
        Member: {
            /** @description Whether the person can sign in. */
            active: boolean;
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description The address with which the person signs in. */
            email: string;
            /** @description The name that others see. */
            name: string;
            /** @description Where the role comes from: `invited`, or the name of a provider whose groups give it. */
            origin: string;
            /** @description The role in the workspace. */
            role: string;
            /** @description The person. */
            user_id: string;
        };
        /** @description Somebody got another role in the workspace, came or left. */
        MemberChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["MemberNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "member.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Whose role changed. */
        MemberNews: {
            /** @description Identity of the person. */
            member_id: string;
            /** @description The role; none when the person left. */
            role?: string | null;
        };
        /** @description A workspace with the role that a person has in it. */
        Membership: components["schemas"]["Workspace"] & {
            /** @description Where the role comes from: `invited`, or the name of a provider whose groups give it. */
            origin: string;
            /** @description The role of the person. */
            role: string;
        };
        /** @description A backfill as it is asked for. */
        NewBackfill: {
            /**
             * Format: int32
             * @description Pieces that may be under way at the same time, from 1 to 64; 1 if nothing is said.
             */
            at_once?: number | null;
            /**
             * Format: date
             * @description The first day.
             */
            from: string;
            /** @description In which order the pieces run. */
            order?: string;
            /** @description Values for parameters. */
            params?: Record<string, never>;
            /** @description Only shows the pieces, and makes nothing. */
            preview?: boolean;
            /** @description The schedule by which it is cut; the only one of the pipeline if nothing is said. */
            schedule?: string | null;
            /**
             * @description How the range is cut: a length such as `1d` or `6h`, `schedule` for the intervals that a schedule would have
             *     given, or `whole` for one run. `1d` if nothing is said.
             */
            step?: string | null;
            /** @description Zone in which days are counted; that of the schedule in the document if nothing is said. */
            timezone?: string | null;
            /**
             * Format: date
             * @description The day after the last one.
             */
            to: string;
        };
        /** @description A channel as it is sent. */
        NewChannel: {
            /** @description Whether it is told. */
            active?: boolean;
            /** @description What it is: one of the names of `channel-kinds`. */
            kind: string;
            /** @description The language of its messages: `en` or `fr`. */
            language?: string;
            /** @description Its name. */
            name: string;
            /** @description How often it is told; what is left out is as usual. */
            pace?: Record<string, never>;
            /** @description The settings of its kind, with secrets. A secret that is left out of a change stays as it is. */
            settings: Record<string, never>;
        };
        /** @description A connection as it is sent. */
        NewConnection: {
            /** @description Its connector. */
            connector: string;
            /** @description What it is for. */
            description?: string;
            /**
             * Format: int32
             * @description Most runs that use it at the same time.
             */
            max_runs?: number | null;
            /** @description The name by which pipelines refer to it: letters, digits, `-` and `_`. */
            name: string;
            /** @description Only administrators and people with a grant see and use it. */
            restricted?: boolean;
            /**
             * @description The settings of the connector, with secrets. A secret that is left out of a change stays as it is when no
             *     other setting changes; otherwise it has to be given again, as it could go elsewhere.
             */
            settings: Record<string, never>;
        };
        /** @description A document as it is sent. */
        NewDocument: {
            /** @description The document: YAML or JSON. */
            document: string;
            /** @description Why it was made or changed. */
            remark?: string;
            /** @description Only administrators and people with a grant see and use it. A change that says nothing changes nothing. */
            restricted?: boolean | null;
        };
        /** @description Who is invited, and as what. */
        NewInvitation: {
            /** @description The mail address of the person. */
            email: string;
            /** @description Language of the letter; that of the caller if nothing is said. */
            language?: string | null;
            /** @description `viewer`, `operator`, `editor`, `admin` or `owner`; not above the own role. */
            role: components["schemas"]["Role"];
        };
        /** @description A key to be made. */
        NewKey: {
            /**
             * Format: date-time
             * @description When it ends; never if nothing is said.
             */
            expires_at?: string | null;
            /** @description What it is for. */
            name: string;
            /** @description What it may do: rights such as `runs:write`. */
            scopes: components["schemas"]["Right"][];
        };
        /** @description A link that was made. Shown once. */
        NewLink: {
            /**
             * Format: date-time
             * @description Until when it works.
             */
            expires_at: string;
            /** @description The address. Whoever has it can use it, once. */
            link: string;
            /** @description It was also handed over to be sent by mail. */
            sent: boolean;
        };
        /** @description A query as it is sent. */
        NewQuery: {
            /** @description Its name, of up to 200 characters. */
            name: string;
            /** @description The SQL, of up to 100,000 characters. */
            sql: string;
        };
        /** @description Rows that are sent on. */
        NewRepair: {
            /** @description The rows, with what is corrected of each. */
            rows: components["schemas"]["Correction"][];
            /**
             * Format: int64
             * @description The version of the pipeline that they go through; that of the run if nothing is said.
             */
            version?: number | null;
        };
        /** @description A rule as it is sent. */
        NewRule: {
            /** @description Whether it counts. */
            active?: boolean;
            /** @description The channel that is told, by identity or name. */
            channel: string;
            /** @description Its name. */
            name: string;
            /** @description What the channel is told of; what is left out restricts nothing. `pipelines` are identities or names. */
            spec?: Record<string, never>;
        };
        /** @description What a run is started with. */
        NewRun: {
            /**
             * Format: date
             * @description The day it answers for; yesterday in the zone of the schedule if nothing is said.
             */
            date?: string | null;
            /** @description Lets the guards of mirrors pass. */
            force?: boolean;
            /**
             * Format: date
             * @description The first day it answers for, in the place of `date`.
             */
            from?: string | null;
            /** @description Values for parameters. */
            params?: Record<string, never>;
            /**
             * Format: date
             * @description The day after the last one it answers for.
             */
            to?: string | null;
            /**
             * Format: int64
             * @description Another version than the one that runs.
             */
            version?: number | null;
        };
        /** @description A schedule as it is sent. */
        NewSchedule: {
            /** @description Its name. */
            name: string;
            /** @description Values for parameters of the pipeline. */
            params?: Record<string, never>;
            /** @description It does not fire. */
            paused?: boolean;
            /** @description The rule, as documents write it under `schedule`. */
            spec: Record<string, never>;
        };
        /** @description Somebody who gets an account. */
        NewUser: {
            /** @description The address with which the person signs in. */
            email: string;
            /** @description `en` or `fr`. */
            language?: string;
            /** @description The name that others see. */
            name: string;
            /** @description May make workspaces and accounts, and see the settings of the server. */
            runs_server?: boolean;
        };
        /** @description A workspace to be made. */
        NewWorkspace: {
            /** @description Its name for people. */
            name: string;
            /** @description Its name in addresses; made of the name if nothing is said. */
            slug?: string | null;
        };
        /** @description A node that differs. */
        NodeDiff: {
            /** @description `added`, `removed` or `changed`. */
            change: string;
            /** @description Its name. */
            node: string;
            /** @description Settings that differ. */
            settings: string[];
        };
        /** @description A node that could not be looked at. */
        NodeFault: {
            /** @description What to do. */
            hint?: string | null;
            /** @description What failed. */
            message: string;
            /** @description The node. */
            node: string;
        };
        /** @description What a node counted so far. */
        NodeNow: {
            /** @description Connector or transform. */
            kind: string;
            /** @description Its name. */
            node: string;
            /** @description Rows by output, where there are several. */
            ports?: {
                [key: string]: number;
            } | null;
            /**
             * Format: int64
             * @description Rows in quarantine.
             */
            quarantined: number;
            /**
             * Format: int64
             * @description Rows that came in.
             */
            read: number;
            /** @description `source`, `transform` or `destination`. */
            role: string;
            /**
             * Format: double
             * @description Seconds from the first request for rows to the latest row.
             */
            seconds?: number | null;
            /**
             * Format: int64
             * @description Rows that went out, or were handed to the destination.
             */
            written: number;
        };
        /** @description What is known of a node before it runs. */
        NodeOutline: {
            /** @description Connector or transform. */
            kind: string;
            /** @description Its name. */
            node: string;
            /** @description Output ports with their columns. */
            outputs: components["schemas"]["PortOutline"][];
            /** @description The query plan, where it was asked for. */
            plan?: string | null;
            /** @description `source`, `transform` or `destination`. */
            role: string;
        };
        /** @description A connector or transform, in short. */
        NodeType: {
            /** @description What a connector can do. */
            capabilities?: Record<string, never> | null;
            /** @description What a transform does with rows. */
            effect?: unknown;
            /** @description Group of a transform in menus. */
            group?: string | null;
            /** @description Its drawing: the path of an SVG of 24 by 24, to be drawn with lines (`GET …/icon` gives the whole). */
            icon: string;
            /** @description How many inputs a transform has, or their names. */
            inputs?: unknown;
            /** @description `connector` or `transform`. */
            kind: string;
            /** @description Name in documents. */
            name: string;
            /** @description One sentence. */
            summary: string;
            /** @description Name for people. */
            title: string;
        };
        /** @description A connector or transform, with schemas, documents and examples. */
        NodeTypeView: components["schemas"]["NodeType"] & {
            /** @description Its page, in Markdown. */
            docs: string;
            /** @description Working documents or settings. */
            examples: string[];
            /** @description Its schemas by role: `connection`, `source`, `destination`, or `transform`. */
            schemas: Record<string, never>;
        };
        /** @description A notice to one person. */
        Notice: {
            /**
             * Format: date-time
             * @description When it happened first.
             */
            created_at: string;
            /** @description Its identity. */
            id: string;
            /** @description What sort of thing it is. */
            kind: string;
            /** @description What was found out. */
            notice: Record<string, never>;
            /** @description The pipeline it is about. */
            pipeline_id?: string | null;
            /**
             * Format: date-time
             * @description When it was read.
             */
            read_at?: string | null;
            /** @description The run it is about. */
            run_id?: string | null;
            /** @description How bad it is: `info`, `warning` or `error`. */
            severity: string;
            /**
             * Format: int64
             * @description How often it happened since the person last looked.
             */
            times: number;
            /**
             * Format: date-time
             * @description When it happened last.
             */
            updated_at: string;
            /** @description Where it happened. */
            workspace_id: string;
        };
        /** @description What the caller was told. */
        NoticeNew: {
            /** @description Identity of the notice. */
            id: string;
            /** @description What happened, for example `run_failed`. */
            kind: string;
            /** @description How bad it is: `info`, `warning` or `error`. */
            severity: string;
            /** @description One line that says what happened, in the language of the caller. */
            title: string;
        };
        /** @description The caller was told something. Only the caller hears of it. */
        NoticeNewEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["NoticeNew"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "notice.new";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description What the caller read: one notice, everything of a workspace, or everything. */
        NoticeRead: {
            /** @description Identity of the notice. */
            id?: string | null;
            /** @description Identity of the workspace. */
            workspace?: string | null;
        };
        /** @description The caller read what they were told, perhaps on another page. Only the caller hears of it. */
        NoticeReadEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["NoticeRead"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "notice.read";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A notice, in the language of the reader. */
        NoticeView: components["schemas"]["Notice"] & {
            /** @description The notice in words. */
            words: components["schemas"]["Words"];
        };
        /**
         * @description What a role can be given on, besides the whole workspace.
         * @enum {string}
         */
        ObjectKind: "connection" | "pipeline";
        /**
         * @description How it went.
         * @enum {string}
         */
        Outcome: "done" | "denied" | "failed";
        /** @description The first rows that a destination got. */
        OutputView: {
            /** @description The destination node. */
            node: string;
            /** @description The rows, at most 50; long values are cut. `more` says that not even those are all there. */
            rows: components["schemas"]["Rows"];
            /**
             * Format: date-time
             * @description When they were written.
             */
            written_at: string;
        };
        /** @description A session, as its person sees it. */
        OwnSession: components["schemas"]["Session"] & {
            /** @description It is the one that asks. */
            is_current: boolean;
        };
        /** @description A new password. */
        PasswordChange: {
            /**
             * Format: password
             * @description The new password: at least 12 characters, and not one that everybody tries first.
             */
            new_password: string;
            /**
             * Format: password
             * @description The present password, if there is one.
             */
            password?: string | null;
        };
        /** @description What a pipeline is besides its document. */
        Patch: {
            /** @description Put away: it does not run any more. */
            archived?: boolean | null;
            /** @description Only administrators and people with a grant see and use it. */
            restricted?: boolean | null;
            /** @description Words to find it by: up to 20, each with up to 50 characters. Rules of notifications may name them. */
            tags?: string[] | null;
        };
        /** @description A piece of a backfill. */
        Piece: {
            /**
             * Format: date-time
             * @description End of the data interval; it is not part of it.
             */
            interval_end: string;
            /**
             * Format: date-time
             * @description Begin of the data interval.
             */
            interval_start: string;
            /**
             * Format: int64
             * @description Its number, from 0; the order in which pieces run.
             */
            number: number;
            /** @description The run that answers for it. */
            run_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["PieceState"];
        };
        /** @description The pieces that a backfill would have. */
        Pieces: {
            /** @description The first of them, in the order in which they would run. */
            items: components["schemas"]["Span"][];
            /** @description How many there are. */
            total: number;
        };
        /**
         * @description How a piece stands.
         * @enum {string}
         */
        PieceState: "waiting" | "active" | "done" | "failed";
        /** @description A pipeline. */
        Pipeline: {
            /**
             * Format: date-time
             * @description When it was put away; it does not run any more.
             */
            archived_at?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description What it is for. */
            description: string;
            /** @description Whether a signed web hook starts it. */
            has_hook: boolean;
            /** @description Its identity. */
            id: string;
            /** @description Its name; that of its document. */
            name: string;
            /** @description Only administrators and people with a grant see and use it. */
            restricted: boolean;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description Words to find it by. */
            tags: string[];
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /**
             * Format: int64
             * @description The number of the version that runs.
             */
            version: number;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A pipeline, its hook or its progress changed. */
        PipelineChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["PipelineNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "pipeline.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A pipeline in a list, with how it stands. */
        PipelineLine: components["schemas"]["Pipeline"] & {
            last_run?: components["schemas"]["LastRun"] | null;
            /**
             * Format: date-time
             * @description When a schedule starts it next; missing when none does.
             */
            next_at?: string | null;
        };
        /** @description A pipeline was made. */
        PipelineMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["PipelineNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "pipeline.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a pipeline stands. */
        PipelineNews: {
            /** @description Its identity. */
            id: string;
            /** @description Its name; none of one that is restricted. */
            name?: string | null;
            /**
             * Format: int64
             * @description Its revision.
             */
            revision: number;
            /**
             * Format: int64
             * @description The version that runs.
             */
            version: number;
        };
        /** @description A pipeline was removed. */
        PipelineRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["PipelineNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "pipeline.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A pipeline with the version that runs. */
        PipelineView: components["schemas"]["Pipeline"] & {
            /** @description The version that runs. */
            current: components["schemas"]["Version"];
            last_run?: components["schemas"]["Run"] | null;
            /** @description Its schedules. */
            schedules: components["schemas"]["Schedule"][];
        };
        /** @description With which values a saved document is to be planned. */
        PlanOf: {
            /** @description Values for its parameters. */
            params?: Record<string, never>;
        };
        /** @description An output port of a node. */
        PortOutline: {
            /** @description Its columns. */
            columns: components["schemas"]["Column"][];
            /** @description From where each of them comes, in the same order. */
            lineage: components["schemas"]["ColumnLineage"][];
            /** @description Its name. */
            port: string;
        };
        /** @description Somebody is at a pipeline, went to another of its nodes, or is still there. */
        PresenceHereEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["PresenceNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "presence.here";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Somebody left a pipeline. */
        PresenceLeftEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["PresenceNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "presence.left";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Where somebody is. */
        PresenceNews: {
            /** @description The connection: one person may have several. */
            client: string;
            /** @description Name of the person. */
            name: string;
            /** @description The node of the pipeline. */
            node?: string | null;
            /** @description Identity of the person. */
            user_id: string;
        };
        /** @description The body of an answer that is a problem. */
        ProblemBody: {
            /** @description The code. */
            code: string;
            /** @description The newer version of what was to be changed. */
            current?: Record<string, never> | null;
            /** @description What failed, on which object, why. */
            detail: string;
            /** @description Of `POST /token` only: the same as programs know it from OAuth 2 (RFC 6749). */
            error?: string | null;
            /** @description Of `POST /token` only: the detail. */
            error_description?: string | null;
            /** @description What to do. */
            hint?: string | null;
            /** @description Every place that is wrong. */
            problems?: components["schemas"]["Finding"][];
            /** @description Number of the request, for the log. */
            request_id?: string;
            /**
             * Format: int32
             * @description The status of the answer.
             */
            status: number;
            /** @description One line. */
            title: string;
            /** @description Address of the page about the code. */
            type: string;
        };
        /** @description How many pieces stand how. */
        Progress: {
            /**
             * Format: int64
             * @description A run answers for them.
             */
            active: number;
            /**
             * Format: int64
             * @description They succeeded.
             */
            done: number;
            /**
             * Format: int64
             * @description Their run failed, or was cancelled.
             */
            failed: number;
            /**
             * Format: int64
             * @description They wait.
             */
            waiting: number;
        };
        /** @description How far a pipeline has read. */
        ProgressView: {
            /** @description Checkpoints of incremental reads. */
            checkpoints: components["schemas"]["Checkpoint"][];
            /** @description Items of sources that hand things out once. */
            items: components["schemas"]["KeptItem"][];
        };
        /** @description The password, once more. */
        Proof: {
            /**
             * Format: password
             * @description The password, if there is one.
             */
            password?: string | null;
        };
        /** @description A system that signs people in. */
        ProviderView: {
            /** @description Its name in addresses. */
            name: string;
            /** @description What stands on the button. */
            title: string;
        };
        /** @description A saved query changed. */
        QueryChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["QueryNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "query.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A query was saved beside a connection. */
        QueryMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["QueryNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "query.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Which saved query it is. */
        QueryNews: {
            /** @description Its identity. */
            id: string;
        };
        /** @description A saved query was removed. */
        QueryRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["QueryNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "query.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description What is read. */
        ReadAll: {
            /** @description Only notices of that workspace, by identity. */
            workspace?: string | null;
        };
        /** @description Codes that each stand once for the authenticator. Shown once. */
        RecoveryCodes: {
            /** @description The codes. */
            codes: string[];
        };
        /** @description A recipient that a server did not take. */
        Refused: {
            /** @description The recipient. */
            recipient: string;
            /** @description The words of the server. */
            words: string;
        };
        /** @description A row in quarantine. */
        Reject: {
            /** @description Why that run rejected it again. */
            again?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description The column that did not fit. */
            column?: string | null;
            /**
             * Format: int64
             * @description Number of the row that it was corrected from, in the quarantine of the run that this run repairs.
             */
            corrects?: number | null;
            /**
             * Format: date-time
             * @description When.
             */
            marked_at?: string | null;
            /** @description The person or key that corrected or dismissed it. */
            marked_by?: string | null;
            /** @description The node that rejected it. */
            node: string;
            /**
             * Format: int64
             * @description Its number within the run.
             */
            number: number;
            /** @description The row as it was. */
            original: string;
            /** @description Where it stood: file and line, sheet and cell, row. */
            place: string;
            /** @description Why. */
            reason: string;
            /** @description The run that sent it on after it was corrected. */
            repair_run_id?: string | null;
            /** @description What became of it. */
            standing: components["schemas"]["RejectStanding"];
            /** @description The value that did not fit. */
            value?: string | null;
            /** @description Only the value was left out; the row went on. */
            value_only: boolean;
            /** @description Its values by column, as texts in plain notation; none where it could not be taken apart. */
            values?: Record<string, never> | null;
        };
        /** @description A row that cannot be read as its columns want it. */
        Rejected: {
            /** @description The column whose value does not fit. */
            column?: string | null;
            /** @description Where it stands. */
            place: string;
            /** @description Why. */
            reason: string;
            /** @description That value. */
            value?: string | null;
        };
        /** @description A node with rows in quarantine, and whether corrected rows can go on from there. */
        RejectingNode: {
            /** @description What to do instead. */
            hint?: string | null;
            /** @description Where corrected rows would land; nothing when they cannot go on. */
            landings: components["schemas"]["Landing"][];
            /** @description The node. */
            node: string;
            /**
             * Format: int64
             * @description Those about which nothing was done yet.
             */
            open: number;
            /**
             * Format: int64
             * @description Its rows in quarantine.
             */
            rows: number;
            /** @description Why corrected rows cannot go on from there. */
            why_not?: string | null;
        };
        /**
         * @description What became of a row in quarantine.
         * @enum {string}
         */
        RejectStanding: "open" | "repairing" | "repaired" | "again" | "dismissed";
        /** @description How much was removed. */
        Removed: {
            /**
             * Format: int64
             * @description Rows, or checkpoints and items together.
             */
            removed: number;
        };
        /** @description How long things are kept. */
        Retention: {
            /**
             * Format: int64
             * @description Days for which the audit is kept.
             * @default 365
             */
            audit_days: number;
            /**
             * Format: int64
             * @description Hours for which live events can be made up for.
             * @default 6
             */
            events_hours: number;
            /**
             * Format: int64
             * @description Days for which the logs of runs are kept.
             * @default 30
             */
            logs_days: number;
            /**
             * Format: int64
             * @description Minutes for which rows that somebody looked at are shown again without reading them anew; 0 for never.
             * @default 5
             */
            previews_minutes: number;
            /**
             * Format: int64
             * @description Days for which runs are kept after their end, with their quarantine.
             * @default 90
             */
            runs_days: number;
        };
        /**
         * @description A right in a workspace.
         * @enum {string}
         */
        Right: "workspace:read" | "workspace:write" | "workspace:close" | "members:write" | "connections:read" | "connections:browse" | "connections:write" | "pipelines:read" | "pipelines:write" | "pipelines:preview" | "runs:read" | "runs:write" | "quarantine:read" | "schedules:read" | "schedules:pause" | "schedules:write" | "uploads:read" | "uploads:write" | "notifications:read" | "notifications:write" | "audit:read" | "keys:write";
        /**
         * @description What a person is in a workspace, from least to most.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "editor" | "admin" | "owner";
        /** @description The role that somebody is to have. */
        RoleChange: {
            /** @description `viewer`, `operator`, `editor`, `admin` or `owner`. */
            role: components["schemas"]["Role"];
        };
        /** @description What is brought back. */
        Rollback: {
            /** @description Why. */
            remark?: string;
            /**
             * Format: int64
             * @description The version whose document is to run again.
             */
            version: number;
        };
        /** @description Rows that were looked at. */
        Rows: {
            /** @description The columns. */
            columns: components["schemas"]["Column"][];
            /** @description There are more. */
            more: boolean;
            /**
             * Format: date-time
             * @description When they were read: what was looked at a moment ago is shown again unless `refresh` is set.
             */
            read_at: string;
            /**
             * Format: int64
             * @description Rows that the nodes on the way rejected.
             */
            rejected: number;
            /** @description The rows, as lists of values in the order of the columns. */
            rows: unknown[][];
        };
        /** @description A rule of a channel. */
        Rule: {
            /** @description Whether it counts. */
            active: boolean;
            /** @description The channel that is told. */
            channel_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description What the channel is told of; what is left out restricts nothing. `pipelines` are identities. */
            spec: Record<string, never>;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A run. */
        Run: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /**
             * Format: date-time
             * @description When the present attempt started.
             */
            attempt_started_at?: string | null;
            /** @description The backfill that it is a piece of. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Names of the connections that it uses. */
            connections: string[];
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /** @description The run or the arrival that its schedule waited for; of a repair the run whose rows it sends on. */
            event_key?: string | null;
            /**
             * Format: int64
             * @description Attempts that ended with a failure.
             */
            failures: number;
            /** @description Why it failed. */
            fault?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When its schedule was due.
             */
            fire_at?: string | null;
            /** @description The guards of mirrors let it pass. */
            force: boolean;
            /** @description Its identity. */
            id: string;
            /** @description A word of the caller that makes the same request start one run only. */
            idempotency?: string | null;
            /**
             * Format: date-time
             * @description End of the data interval; it is not part of it.
             */
            interval_end?: string | null;
            /**
             * Format: date-time
             * @description Begin of the data interval.
             */
            interval_start?: string | null;
            /**
             * Format: date-time
             * @description How long the worker has it without a sign of life.
             */
            lease_until?: string | null;
            /**
             * Format: int64
             * @description Attempts that were lost with their worker.
             */
            lost: number;
            /**
             * Format: date-time
             * @description It does not start earlier.
             */
            not_before: string;
            /** @description Values given to parameters. */
            params: Record<string, never>;
            /**
             * Format: int64
             * @description Most bytes of memory that its last attempt held at once: what sorts, joins and aggregates reserved, and the batches on
             *     their way into destinations. What drivers and the program itself hold is not in it.
             */
            peak_memory?: number | null;
            /**
             * Format: int64
             * @description Which piece of the backfill, from 0.
             */
            piece?: number | null;
            /** @description The pipeline. */
            pipeline_id: string;
            /**
             * Format: int64
             * @description Higher ones go first.
             */
            priority: number;
            /** @description Parts of its loads are kept; it can go on. */
            resumable: boolean;
            /** @description How it is tried again. */
            retries: Record<string, never>;
            /**
             * Format: int64
             * @description Grows with every change but signs of life.
             */
            revision: number;
            /**
             * Format: int64
             * @description Rows in quarantine.
             */
            rows_quarantined: number;
            /**
             * Format: int64
             * @description Rows that its sources gave.
             */
            rows_read: number;
            /**
             * Format: int64
             * @description Rows in place in its destinations.
             */
            rows_written: number;
            /** @description The schedule that started it. */
            schedule_id?: string | null;
            /**
             * Format: double
             * @description Seconds of its last attempt.
             */
            seconds?: number | null;
            /**
             * Format: date-time
             * @description When its first attempt started.
             */
            started_at?: string | null;
            /** @description The person or key that started it. */
            started_by?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
            stop?: components["schemas"]["Stop"] | null;
            /**
             * Format: date-time
             * @description When somebody or something asked to stop it.
             */
            stop_asked_at?: string | null;
            /** @description The same in words. */
            stop_reason?: string | null;
            /** @description The person or key that asked to stop it. */
            stopped_by?: string | null;
            /** @description What it writes to. */
            targets: string[];
            /**
             * Format: int64
             * @description After so many seconds, an attempt is stopped.
             */
            timeout_seconds: number;
            /**
             * Format: date-time
             * @description When somebody began to take its loads back, as long as that is under way.
             */
            undoing_at?: string | null;
            /**
             * Format: date-time
             * @description When its loads were taken back.
             */
            undone_at?: string | null;
            /**
             * Format: int64
             * @description The version of the pipeline.
             */
            version: number;
            /** @description The worker that has it. */
            worker_id?: string | null;
            /** @description The workspace it belongs to. */
            workspace_id: string;
            /** @description Zone in which days are counted. */
            zone: string;
        };
        /** @description Something about a run that ended changed, such as its quarantine. */
        RunChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run that ended. */
        RunEnded: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /**
             * Format: int64
             * @description Attempts that failed.
             */
            failures?: number | null;
            /** @description Why it failed. */
            fault?: Record<string, never> | null;
            /** @description Identity of the run. */
            id: string;
            /**
             * Format: int64
             * @description Rows in quarantine.
             */
            rows_quarantined?: number | null;
            /**
             * Format: int64
             * @description Rows in place.
             */
            rows_written?: number | null;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /**
             * Format: double
             * @description Seconds of the last attempt.
             */
            seconds?: number | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
            stop?: components["schemas"]["Stop"] | null;
        };
        /** @description A run ended, well or not. */
        RunEndedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunEnded"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.ended";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run whose attempt failed. */
        RunFailing: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Why. */
            fault?: Record<string, never> | null;
            /** @description Identity of the run. */
            id: string;
            /**
             * Format: int64
             * @description Rows in quarantine.
             */
            rows_quarantined?: number | null;
            /**
             * Format: int64
             * @description Rows in place.
             */
            rows_written?: number | null;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /**
             * Format: double
             * @description Seconds of the attempt.
             */
            seconds?: number | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /** @description An attempt failed; whether another one follows is decided within moments. */
        RunFailingEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunFailing"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.failing";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description What a run said. */
        RunLog: {
            /** @description The lines, with their numbers within the run. */
            lines: components["schemas"]["Line"][];
        };
        /** @description A run said something. */
        RunLogEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunLog"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.log";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a run stands. */
        RunNews: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Identity of the run. */
            id: string;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /** @description How far an attempt has come. */
        RunProgress: {
            /** @description One for each destination. */
            loads: components["schemas"]["LoadNow"][];
            /** @description One for each node. */
            nodes: components["schemas"]["NodeNow"][];
            /**
             * Format: double
             * @description Seconds since it began.
             */
            seconds: number;
        };
        /** @description How far the attempt has come. */
        RunProgressEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunProgress"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.progress";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run that waits. */
        RunQueued: {
            /**
             * Format: date-time
             * @description When it is tried again.
             */
            again_at?: string | null;
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /**
             * Format: int64
             * @description Attempts that failed.
             */
            failures?: number | null;
            /** @description Why the last attempt failed. */
            fault?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When its schedule was due.
             */
            fire_at?: string | null;
            /** @description The server that stops and leaves it to another one. */
            handed_over_by?: string | null;
            /** @description Identity of the run. */
            id: string;
            /**
             * Format: int64
             * @description Attempts that were lost with their server.
             */
            lost?: number | null;
            /**
             * Format: date-time
             * @description It does not start earlier.
             */
            not_before?: string | null;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /** @description A run waits: it is new, is tried again, goes on, or was handed over. */
        RunQueuedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunQueued"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.queued";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run that began. */
        RunStarted: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Identity of the run. */
            id: string;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
            /** @description The server that carries it out. */
            worker: string;
        };
        /** @description An attempt of a run began. */
        RunStartedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunStarted"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.started";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /**
         * @description How a run stands.
         * @enum {string}
         */
        RunState: "queued" | "running" | "failing" | "done" | "quarantined" | "failed" | "cancelled";
        /** @description A run that is to stop. */
        RunStopping: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Identity of the run. */
            id: string;
            /** @description The same in words. */
            reason?: string | null;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
            stop?: components["schemas"]["Stop"] | null;
        };
        /** @description A run was asked to stop. */
        RunStoppingEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunStopping"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.stopping";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run whose loads stay where they are. */
        RunUndoFailed: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Why. */
            fault: Record<string, never>;
            /** @description Identity of the run. */
            id: string;
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /** @description The loads of a run could not be taken back. */
        RunUndoFailedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunUndoFailed"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.undo_failed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description The loads of a run are being taken back. */
        RunUndoingEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.undoing";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A run whose loads were taken back. */
        RunUndone: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempt: number;
            /** @description The backfill that it is a piece of, where the scheduler says so. */
            backfill_id?: string | null;
            /** @description What started it. */
            cause: components["schemas"]["Cause"];
            /** @description Identity of the run. */
            id: string;
            /** @description What was done, by destination. */
            nodes: Record<string, never>[];
            /** @description The schedule that started it, where the scheduler says so. */
            schedule_id?: string | null;
            /** @description How it stands. */
            state: components["schemas"]["RunState"];
        };
        /** @description The loads of a run were taken back. */
        RunUndoneEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["RunUndone"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "run.undone";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A query that is kept. */
        SavedQuery: {
            /** @description The connection that it asks. */
            connection_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description Its name; no other query of the connection has it. */
            name: string;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description The SQL, as it was written. */
            sql: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by?: string | null;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A rule that starts runs of a pipeline. */
        Schedule: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /**
             * Format: date-time
             * @description Everything that was due up to then is decided.
             */
            handled_through: string;
            /** @description Its identity. */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: date-time
             * @description When it fires next; none when it is paused, or never again.
             */
            next_at?: string | null;
            /** @description Values for parameters of the pipeline. */
            params: Record<string, never>;
            /** @description It does not fire. */
            paused: boolean;
            /** @description The pipeline that it runs. */
            pipeline_id: string;
            /**
             * Format: int64
             * @description Grows with every change but that of how far it is decided.
             */
            revision: number;
            /** @description The rule, as pipeline documents write it under `schedule`. */
            spec: Record<string, never>;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description A schedule changed, was paused, or goes on. */
        ScheduleChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ScheduleNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "schedule.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A schedule was made. */
        ScheduleMadeEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ScheduleNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "schedule.made";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a schedule stands. */
        ScheduleNews: {
            /** @description Its identity. */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: date-time
             * @description When it fires next.
             */
            next_at?: string | null;
            /** @description Whether it is paused. */
            paused: boolean;
        };
        /** @description What a schedule passed over. */
        SchedulePassed: {
            /**
             * Format: date-time
             * @description The first time that was passed over.
             */
            first: string;
            /** @description Its identity. */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: date-time
             * @description When it fires next.
             */
            next_at?: string | null;
            /** @description The run that goes on. */
            run?: string | null;
            /**
             * Format: date-time
             * @description The last one.
             */
            through: string;
            /** @description Why: `paused`, `missed`, or `overlap` with a run that goes on. */
            why: string;
        };
        /** @description Times at which a schedule was due passed without a run. */
        SchedulePassedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["SchedulePassed"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "schedule.passed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A schedule was removed. */
        ScheduleRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["ScheduleNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "schedule.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description How a test message went. */
        SentTest: {
            /** @description What sort of failure it is. */
            code?: string | null;
            /** @description What to do. */
            hint?: string | null;
            /** @description What failed. */
            message?: string | null;
            /** @description The message was taken. */
            ok: boolean;
            /** @description Recipients that were not taken. */
            refused: components["schemas"]["Refused"][];
        };
        /** @description What changes; what is missing stays. */
        ServerChange: {
            /** @description What everybody reads on top of every page; empty for nothing. */
            banner?: string | null;
            retention?: components["schemas"]["Retention"] | null;
        };
        /** @description The server. */
        ServerView: {
            /** @description What everybody reads on top of every page; empty for nothing. */
            banner: string;
            /**
             * Format: int64
             * @description How many people have an account.
             */
            people: number;
            /** @description How long things are kept. */
            retention: components["schemas"]["Retention"];
            /** @description Whether it can send letters. */
            sends_mail: boolean;
            /** @description What its settings say, without secrets. They are changed in the file of the settings, with a new start. */
            settings: Record<string, never>;
            /**
             * Format: date-time
             * @description When it started.
             */
            started_at: string;
            /** @description `sqlite` or `postgres`. */
            store: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description A sign-in. */
        Session: {
            /** @description The address from which it was used last. */
            address?: string | null;
            /** @description What the browser or program calls itself. */
            agent?: string | null;
            /**
             * Format: date-time
             * @description When the person signed in.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends in any case.
             */
            expires_at: string;
            /** @description Its identity. */
            id: string;
            /**
             * Format: date-time
             * @description When it ends if it is not used.
             */
            idle_until: string;
            /** @description What holds the token. */
            kind: components["schemas"]["SessionKind"];
            /** @description How the person signed in: `password`, `password+code`, `password+recovery`, `oidc:…`. */
            method: string;
            /**
             * Format: date-time
             * @description When the token was changed last.
             */
            rotated_at: string;
            /**
             * Format: date-time
             * @description When it was used last, to the minute.
             */
            seen_at: string;
            /** @description Whose it is. */
            user_id: string;
        };
        /**
         * @description What holds the token of a session.
         * @enum {string}
         */
        SessionKind: "browser" | "program";
        /** @description Who is signed in. */
        SessionView: {
            /** @description What whoever runs the server tells everybody; missing when it is nothing, or when nobody is signed in. */
            banner?: string | null;
            /** @description The token that every change sends as `X-CSRF-Token`. */
            csrf?: string | null;
            /** @description Nobody has an account yet. */
            is_new: boolean;
            user?: components["schemas"]["User"] | null;
            /** @description The workspaces of the person, with the role in each. */
            workspaces: components["schemas"]["Membership"][];
        };
        /** @description The first account and the first workspace. */
        Setup: {
            /** @description The address with which the person signs in. */
            email: string;
            /** @description `en` or `fr`. */
            language?: string;
            /** @description The name that others see. */
            name: string;
            /**
             * Format: password
             * @description The password: at least 12 characters.
             */
            password: string;
            /** @description The secret part of the link that the server showed when it started. */
            secret: string;
            /** @description Name of the first workspace. */
            workspace: string;
        };
        /** @description A half-open span of time. */
        Span: {
            /**
             * Format: date-time
             * @description End of the data interval; it is not part of it.
             */
            interval_end: string;
            /**
             * Format: date-time
             * @description Begin of the data interval.
             */
            interval_start: string;
        };
        /** @description A backfill with how far it is. */
        Standing: components["schemas"]["Backfill"] & {
            /** @description Its pieces, in the order in which they run. */
            items: components["schemas"]["Piece"][];
            /** @description Mark for the next pieces; none when these are the last. */
            next?: string | null;
            /** @description How many pieces stand how. */
            progress: components["schemas"]["Progress"];
        };
        /** @description The run that a hook started. */
        Started: {
            /** @description Identity of the run. */
            run: string;
        };
        /** @description A step on the way to a system. */
        StepView: {
            /**
             * Format: int64
             * @description Milliseconds that it took.
             */
            milliseconds?: number | null;
            /** @description `waiting`, `running`, `done`, `failed`, or `skipped` because it was not needed. */
            state: string;
            /** @description `resolve` a name, `connect`, `encrypt`, `sign_in`, `open` a file or folder, `read` something small. */
            step: string;
        };
        /**
         * @description Why a run is to stop.
         * @enum {string}
         */
        Stop: "cancelled" | "timed_out" | "superseded";
        /** @description A stream of a connection. */
        StreamOutline: {
            /** @description Its columns. */
            columns: components["schemas"]["Column"][];
            /** @description Its name for people. */
            name: string;
            /** @description Its primary key. */
            primary_key: string[];
            /**
             * Format: int64
             * @description About how many rows it has.
             */
            rows?: number | null;
            /** @description Settings of a source that reads it. */
            settings: Record<string, never>;
        };
        /** @description What happened to the rows of one node. */
        Task: {
            /** @description Everything else that was reported of it. */
            detail: Record<string, never>;
            /** @description Connector or transform. */
            kind: string;
            /** @description Name of the node. */
            node: string;
            /** @description `source`, `transform` or `destination`. */
            role: string;
            /**
             * Format: int64
             * @description Rows left out because another has their key.
             */
            rows_deduplicated: number;
            /**
             * Format: int64
             * @description Rows left out by a condition.
             */
            rows_filtered: number;
            /**
             * Format: int64
             * @description Rows in quarantine.
             */
            rows_quarantined: number;
            /**
             * Format: int64
             * @description Rows that came in.
             */
            rows_read: number;
            /**
             * Format: int64
             * @description Rows that went out, or that are in place.
             */
            rows_written: number;
            state?: components["schemas"]["TaskState"] | null;
        };
        /**
         * @description How a node of a run stands.
         * @enum {string}
         */
        TaskState: "waiting" | "running" | "done" | "failed" | "unfinished";
        /** @description A document whose tests are to be run. */
        TestDraft: {
            /** @description The document: YAML or JSON. */
            document: string;
            /** @description Values for its parameters. */
            params?: Record<string, never>;
        };
        /** @description How a test went. */
        Tested: {
            /** @description What sort of failure it is. */
            code?: string | null;
            /** @description What to do. */
            hint?: string | null;
            /** @description What failed. */
            message?: string | null;
            /**
             * Format: int64
             * @description Milliseconds that it took.
             */
            milliseconds: number;
            /** @description It works. */
            ok: boolean;
            /** @description The steps, in their order. */
            steps: components["schemas"]["StepView"][];
            /**
             * Format: int64
             * @description How many tables or files were seen, where counting them is cheap.
             */
            streams?: number | null;
        };
        /** @description How a test of a document ended. */
        TestEnd: {
            /** @description Every difference; none when it holds. */
            differences: string[];
            /** @description What the test shows. */
            name: string;
            /** @description What was looked at, in the order of the test. */
            nodes: components["schemas"]["TestNode"][];
            /** @description Whether it holds. */
            passed: boolean;
        };
        /** @description A line of a test that is told while it happens. */
        TestLine: {
            problem?: components["schemas"]["ProblemBody"] | null;
            /** @description The steps as they stand. */
            steps: components["schemas"]["StepView"][];
            tested?: components["schemas"]["Tested"] | null;
        };
        /** @description What a test found at a node. */
        TestNode: {
            /** @description Every difference; none when the rows are those that the test expects. */
            differences: string[];
            /** @description The node. */
            node: string;
            /** @description Its output port, where the test names one. */
            port?: string | null;
        };
        /** @description Tokens for a program. */
        TokenAnswer: {
            /** @description Sent as `Authorization: Bearer …`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds for which the access token is good.
             */
            expires_in: number;
            /** @description Exchanged for new tokens; works once. */
            refresh_token: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /** @description What a program sends for a token (RFC 6749). */
        TokenRequest: {
            /** @description A code of the authenticator, with `password`. */
            code?: string | null;
            /** @description `password` or `refresh_token`. */
            grant_type: string;
            /**
             * Format: password
             * @description The password of the person, with `password`.
             */
            password?: string | null;
            /** @description The refresh token, with `refresh_token`. */
            refresh_token?: string | null;
            /** @description The address of the person, with `password`. */
            username?: string | null;
        };
        /** @description What was taken back. */
        Undone: {
            /** @description What happened, by destination. */
            nodes: Record<string, never>[];
            /** @description The run. */
            run: components["schemas"]["Run"];
        };
        /** @description How many notices one has not read. */
        Unread: {
            /**
             * Format: int64
             * @description How many.
             */
            unread: number;
        };
        /** @description A file. */
        Upload: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who gave it. */
            created_by?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description What it says it is. */
            media_type: string;
            /** @description Its name, as it was given. */
            name: string;
            /** @description Where it is, for `path` in pipelines. */
            path: string;
            /** @description SHA-256 of its content, in hexadecimal digits. */
            sha256: string;
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            size: number;
            /** @description The workspace it belongs to. */
            workspace_id: string;
        };
        /** @description Which upload it is. */
        UploadNews: {
            /** @description Its identity. */
            id: string;
            /** @description Name of the file. */
            name: string;
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            size: number;
        };
        /** @description An upload was removed. */
        UploadRemovedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["UploadNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "upload.removed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A file was uploaded. */
        UploadTakenEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["UploadNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "upload.taken";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description A file with who reads it. */
        UploadView: components["schemas"]["Upload"] & {
            /** @description Pipelines in use whose documents name it, as far as the caller may know of them. */
            used_by: components["schemas"]["UseView"][];
        };
        /** @description How much of what the server has is in use. */
        UsageView: {
            /**
             * Format: int64
             * @description Bytes that are free where files are kept, where the system tells it.
             */
            free_bytes?: number | null;
            /**
             * Format: int64
             * @description Memory of the process that answers which is not swapped out, in bytes, where the system tells it.
             */
            memory_bytes?: number | null;
            /**
             * Format: int64
             * @description Messages to people and systems that are on their way.
             */
            messages_waiting: number;
            /**
             * Format: int64
             * @description Runs that wait for a place, on all servers.
             */
            runs_queued: number;
            /**
             * Format: int64
             * @description Runs that are carried out, on all servers.
             */
            runs_running: number;
            /**
             * Format: int64
             * @description Bytes that the store takes on its disk.
             */
            store_bytes: number;
        };
        /** @description A person with an account. */
        User: {
            /** @description Accounts that are not active cannot sign in. */
            active: boolean;
            /**
             * Format: date-time
             * @description When the account was made.
             */
            created_at: string;
            /** @description The address with which the person signs in. */
            email: string;
            /**
             * Format: date-time
             * @description When the person was erased; the account keeps no name.
             */
            erased_at?: string | null;
            /** @description Its identity. */
            id: string;
            /** @description `en` or `fr`. */
            language: string;
            /**
             * Format: date-time
             * @description When the person signed in last.
             */
            last_login_at?: string | null;
            /** @description The name that others see. */
            name: string;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description May make workspaces and accounts, and see the settings of the server. */
            runs_server: boolean;
            /**
             * Format: date-time
             * @description Since when a second factor is asked for.
             */
            second_factor_since?: string | null;
            /** @description What the person prefers: theme, notifications. */
            settings: Record<string, never>;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description What changes about an account; what is missing stays. */
        UserChange: {
            /** @description Whether the person can sign in. Without it, every session and key of the person stops. */
            active?: boolean | null;
            /** @description The address with which the person signs in. */
            email?: string | null;
            /** @description Who becomes the owner of workspaces that would be without one: the identity of a person. */
            hand_over_to?: string | null;
            /** @description `en` or `fr`. */
            language?: string | null;
            /** @description The name that others see. */
            name?: string | null;
            /** @description May make workspaces and accounts, and see the settings of the server. */
            runs_server?: boolean | null;
        };
        /** @description A pipeline that uses something. */
        UseView: {
            /**
             * Format: int64
             * @description How many of them fire.
             */
            active_schedules: number;
            /** @description Identity of the pipeline. */
            id: string;
            /** @description Name of the pipeline. */
            name: string;
            /**
             * Format: int64
             * @description How many schedules it has.
             */
            schedules: number;
        };
        /** @description What [`verify`] found. */
        Verdict: {
            /** @description What does not fit, in the order of the entries; empty when the chain is whole. */
            breaks: string[];
            /** @description The newest entry, as its number and hash. Kept elsewhere, it shows later that nothing before it was changed. */
            end?: string | null;
            /**
             * Format: int64
             * @description Entries that were looked at.
             */
            entries: number;
            /**
             * Format: int64
             * @description Entries whose words were erased with a person.
             */
            erased: number;
            /** @description What the chain cannot answer for. */
            notes: string[];
        };
        /** @description A version of a pipeline. */
        Version: {
            /** @description Names of the connections that it uses. */
            connections: string[];
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who made it. */
            created_by?: string | null;
            /** @description The document, as it was written. */
            document: string;
            /** @description A short form that changes with the meaning of the document. */
            fingerprint: string;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            number: number;
            /** @description The pipeline. */
            pipeline_id: string;
            /** @description Why it was made. */
            remark: string;
            /** @description What it writes to, as `connection/table`. */
            targets: string[];
        };
        /** @description Which rows are wanted. */
        Wanted: {
            /**
             * Format: int32
             * @description Most rows, from 1 to 1000; 100 if nothing is said.
             */
            limit?: number | null;
            /** @description The node. */
            node: string;
            /** @description Values for parameters. */
            params?: Record<string, never>;
            /** @description Its output port; the first one if nothing is said. */
            port?: string | null;
            /** @description Rows that were read a moment ago do not do: they are read anew. */
            refresh?: boolean;
        };
        /** @description Which rows of a document are wanted. */
        WantedOf: components["schemas"]["Wanted"] & {
            /** @description The document: YAML or JSON. */
            document: string;
        };
        /** @description A notice in words. */
        Words: {
            /** @description The way out, when one is known. */
            hint?: string | null;
            /** @description What was found out. */
            text: string;
            /** @description One line that says what happened. */
            title: string;
        };
        /** @description A process that carries out runs. */
        Worker: {
            /**
             * Format: int64
             * @description How many runs it takes at the same time.
             */
            capacity: number;
            /** @description It takes no further runs. */
            draining: boolean;
            /**
             * Format: date-time
             * @description Its last sign of life.
             */
            heartbeat_at: string;
            /** @description Its identity; every start of a process is another one. */
            id: string;
            /** @description Name of the machine and number of the process. */
            name: string;
            /**
             * Format: date-time
             * @description When it started.
             */
            started_at: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description A workspace. */
        Workspace: {
            /**
             * Format: date-time
             * @description When it was closed.
             */
            closed_at?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its identity. */
            id: string;
            /** @description Its name for people. */
            name: string;
            /**
             * Format: int64
             * @description Grows with every change.
             */
            revision: number;
            /** @description Its settings. */
            settings: Record<string, never>;
            /** @description Its name in addresses: small letters, digits and `-`. */
            slug: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description What changes about a workspace; what is missing stays. */
        WorkspaceChange: {
            /** @description Its name for people. */
            name?: string | null;
            /**
             * @description Its settings, all of them: `calendars`, `egress`, `limits` with `runs` and `pipeline_runs`, `watch`. A part that is
             *     left out is as usual.
             */
            settings?: Record<string, never> | null;
            /** @description Its name in addresses. Addresses with the former name stop to work. */
            slug?: string | null;
        };
        /** @description The workspace or its settings changed. */
        WorkspaceChangedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["WorkspaceNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "workspace.changed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description The workspace was closed. */
        WorkspaceClosedEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            body: components["schemas"]["WorkspaceNews"];
            /** @description The connection it is about. */
            connection_id: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "workspace.closed";
            /**
             * Format: int64
             * @description Its number; later events have higher ones. To go on from here, ask for what comes after it.
             */
            number: number;
            /** @description The pipeline it is about. */
            pipeline_id: string | null;
            /** @description The run it is about. */
            run_id: string | null;
            /** @constant */
            type: "event";
            /** @description Where it happened. */
            workspace_id: string | null;
        };
        /** @description Which workspace it is. */
        WorkspaceNews: {
            /** @description Its identity. */
            workspace_id: string;
        };
    };
    responses: {
        /** @description The request cannot be read */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Nobody is signed in; or Address and password do not belong together; or The second factor is asked for */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The request does not prove that it comes from the program's own pages; or The right for this is missing; or The provider knows the person, and this server does not */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description There is no such thing here */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description This address does not take that method */
        Problem405: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Something with that name exists already; or It does not stand so that this can be done */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Somebody else changed it in the meantime */
        Problem412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The body is too large */
        Problem413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The body has the wrong type */
        Problem415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description What was sent is not valid */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The change does not say what it is based on */
        Problem428: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Too many requests */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Something is wrong with the server */
        Problem500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Another system did not do what was asked of it */
        Problem502: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The server cannot do this now */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description It took too long */
        Problem504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    show_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
        };
    };
    change_account: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
        };
    };
    own_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    connect_identities: {
        parameters: {
            query?: {
                /** @description A path of this server; `/` if nothing is said. */
                return_to?: string;
            };
            header?: never;
            path: {
                /** @description Name of the provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connecting"];
                };
            };
        };
    };
    disconnect_identities: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_notices: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "id" | "kind" | "notice" | "pipeline_id" | "read_at" | "run_id" | "severity" | "times" | "updated_at" | "words" | "workspace_id")[];
                /** @description Of that kind, for example `run_failed`. */
                kind?: string;
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "updated" | "-updated";
                /** @description Only those that were not read. */
                unread?: boolean;
                /** @description Of that workspace, by identity. */
                workspace?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_NoticeView"];
                };
            };
        };
    };
    read_notices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                notice: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    read_all_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadAll"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    unread_notices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
                };
            };
        };
    };
    preferences_notifications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    set_preferences_notifications: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    password_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    recovery_codes_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
        };
    };
    finish_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
        };
    };
    start_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorKey"];
                };
            };
        };
    };
    remove_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FullProof"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessions_account: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("address" | "agent" | "created_at" | "expires_at" | "id" | "idle_until" | "is_current" | "kind" | "method" | "rotated_at" | "seen_at" | "user_id")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_OwnSession"];
                };
            };
        };
    };
    end_others_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the session. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    kinds_channel_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kinds"];
                };
            };
        };
    };
    document_schema_v1: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    sent_events: {
        parameters: {
            query: {
                /** @description After which event; the header `Last-Event-ID` is the same. */
                after?: number;
                /** @description Only what the caller is told. */
                notifications?: boolean;
                /** @description Only of one pipeline. */
                pipeline?: string;
                /** @description Only of one run. */
                run?: string;
                /** @description The workspace, by identity or name. */
                workspace: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    show_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret part of the link. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkView"];
                };
            };
        };
    };
    make_use_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The secret part of the link. */
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkUse"];
            };
        };
        responses: {
            /** @description The invitation is accepted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The password is set; sign in with it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    socket_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    list_node_types: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("capabilities" | "effect" | "group" | "icon" | "inputs" | "kind" | "name" | "summary" | "title")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_NodeType"];
                };
            };
        };
    };
    show_node_types: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeTypeView"];
                };
            };
        };
    };
    icon_node_types: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
        };
    };
    forgotten_password_resets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Forgotten"];
            };
        };
        responses: {
            /** @description If there is such an account, it gets a letter. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_providers: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("name" | "title")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ProviderView"];
                };
            };
        };
    };
    callback_providers: {
        parameters: {
            query?: {
                /** @description Exchanged for the identity of the person. */
                code?: string;
                /** @description Why the provider did not sign the person in. */
                error?: string;
                /** @description Who answers (RFC 9207). */
                iss?: string;
                /** @description What was sent along. */
                state?: string;
            };
            header?: never;
            path: {
                /** @description Name of the provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The browser goes on. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    start_providers: {
        parameters: {
            query?: {
                /** @description A path of this server; `/` if nothing is said. */
                return_to?: string;
            };
            header?: never;
            path: {
                /** @description Name of the provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The browser goes to the provider. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    show_server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerView"];
                };
            };
        };
    };
    change_server: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServerChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerView"];
                };
            };
        };
    };
    of_server_audit: {
        parameters: {
            query?: {
                /** @description Beginning of what was done, for example `pipeline.`. */
                action?: string;
                /** @description Identity of the person or key that did it. */
                actor?: string;
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("action" | "actor" | "actor_id" | "actor_kind" | "address" | "after" | "at" | "before" | "content" | "detail" | "erased_at" | "hash" | "number" | "object" | "object_id" | "object_kind" | "outcome" | "previous" | "request" | "workspace_id")[];
                /** @description From that moment on. */
                from?: string;
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Identity of what it was done to. */
                object?: string;
                /** @description How it went: `done`, `denied` or `failed`. */
                outcome?: components["schemas"]["Outcome"];
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
                /** @description Before that moment. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Entry"];
                };
            };
        };
    };
    verify_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
        };
    };
    usage_server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageView"];
                };
            };
        };
    };
    list_workers_workers: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("capacity" | "draining" | "heartbeat_at" | "id" | "name" | "started_at" | "version")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Worker"];
                };
            };
        };
    };
    show_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    sign_in_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    sign_out_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    setup_v1: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("active" | "created_at" | "email" | "erased_at" | "id" | "language" | "last_login_at" | "name" | "revision" | "runs_server" | "second_factor_since" | "settings" | "updated_at")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description A part of the name or the mail address. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "email" | "-email" | "created" | "-created";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_User"];
                };
            };
        };
    };
    add_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeUser"];
                };
            };
        };
    };
    show_users: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    erase_users: {
        parameters: {
            query?: {
                /** @description Who becomes the owner of workspaces that would be without one: the identity of a person. */
                hand_over_to?: string;
            };
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_users: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    of_user_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    password_link_users: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewLink"];
                };
            };
        };
    };
    remove_factor_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_sessions_sessions: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("address" | "agent" | "created_at" | "expires_at" | "id" | "idle_until" | "kind" | "method" | "rotated_at" | "seen_at" | "user_id")[];
            };
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Session"];
                };
            };
        };
    };
    end_sessions_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_session_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the session. */
                session: string;
                /** @description Identity of the person. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_workspaces: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("closed_at" | "created_at" | "id" | "name" | "origin" | "revision" | "role" | "settings" | "slug" | "updated_at")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Membership"];
                };
            };
        };
    };
    add_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWorkspace"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    show_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Membership"];
                };
            };
        };
    };
    close_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_workspaces: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    of_workspace_audit: {
        parameters: {
            query?: {
                /** @description Beginning of what was done, for example `pipeline.`. */
                action?: string;
                /** @description Identity of the person or key that did it. */
                actor?: string;
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("action" | "actor" | "actor_id" | "actor_kind" | "address" | "after" | "at" | "before" | "content" | "detail" | "erased_at" | "hash" | "number" | "object" | "object_id" | "object_kind" | "outcome" | "previous" | "request" | "workspace_id")[];
                /** @description From that moment on. */
                from?: string;
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Identity of what it was done to. */
                object?: string;
                /** @description How it went: `done`, `denied` or `failed`. */
                outcome?: components["schemas"]["Outcome"];
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
                /** @description Before that moment. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Entry"];
                };
            };
        };
    };
    list_backfills: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "id" | "pieces" | "pipeline_id" | "spec" | "state" | "updated_at" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Of one pipeline, by identity. */
                pipeline?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "created" | "-created";
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Backfill"];
                };
            };
        };
    };
    show_backfills: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
                /** @description Those that stand so. */
                state?: components["schemas"]["PieceState"];
            };
            header?: never;
            path: {
                backfill: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Standing"];
                };
            };
        };
    };
    cancel_backfills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                backfill: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
        };
    };
    go_on_backfills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                backfill: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
        };
    };
    pause_backfills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                backfill: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
        };
    };
    test_new_channel_tests: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentTest"];
                };
            };
        };
    };
    list_channels: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("active" | "created_at" | "created_by" | "id" | "kind" | "language" | "name" | "pace" | "revision" | "settings" | "test_fault" | "tested_at" | "updated_at" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "name" | "-name" | "created" | "-created";
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Channel"];
                };
            };
        };
    };
    create_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
        };
    };
    show_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
        };
    };
    update_channels: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                channel: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
        };
    };
    remove_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    test_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentTest"];
                };
            };
        };
    };
    test_settings_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentTest"];
                };
            };
        };
    };
    test_new_connection_tests: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConnection"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                    "application/x-ndjson": components["schemas"]["TestLine"];
                };
            };
        };
    };
    list_connections: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Of that connector. */
                connector?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("connector" | "created_at" | "created_by" | "description" | "id" | "max_runs" | "name" | "pipelines" | "restricted" | "revision" | "role" | "schedules" | "settings" | "test_fault" | "tested_at" | "updated_at" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Part of the name or description. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "name" | "-name" | "created" | "-created" | "updated" | "-updated";
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ConnectionItem"];
                };
            };
        };
    };
    create_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConnection"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
        };
    };
    show_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
        };
    };
    update_connections: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConnection"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
        };
    };
    remove_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_connections: {
        parameters: {
            query: {
                /** @description The format of the file. */
                format: "csv" | "xlsx" | "json" | "ndjson";
                /** @description Most rows, from 1 to 1,000,000, which is what is taken if nothing is said. */
                limit?: number;
                /** @description The name of the file, without its ending. */
                name?: string;
                /** @description Settings of a source that reads the stream, or a `query` where the system answers SQL, as a JSON object. */
                settings: string;
                /** @description SQL over the rows of that source, which it calls `rows`, for systems that answer none. */
                sql?: string;
            };
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number[];
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": number[];
                    "application/x-ndjson": number[];
                    "text/csv": number[];
                };
            };
        };
    };
    on_connection_grants: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "email" | "name" | "object_id" | "object_kind" | "role" | "user_id")[];
            };
            header?: never;
            path: {
                /** @description Identity or name of the connection. */
                connection: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_GrantView"];
                };
            };
        };
    };
    put_on_connection_grants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the connection. */
                connection: string;
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantView"];
                };
            };
        };
    };
    remove_on_connection_grants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the connection. */
                connection: string;
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_queries: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("connection_id" | "created_at" | "created_by" | "id" | "name" | "revision" | "sql" | "updated_at" | "updated_by" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Part of the name or of the SQL. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "name" | "-name" | "created" | "-created" | "updated" | "-updated";
            };
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_SavedQuery"];
                };
            };
        };
    };
    create_queries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewQuery"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedQuery"];
                };
            };
        };
    };
    show_queries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                query: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedQuery"];
                };
            };
        };
    };
    update_queries: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                connection: string;
                query: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewQuery"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedQuery"];
                };
            };
        };
    };
    remove_queries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                query: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rows_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Browse"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rows"];
                };
            };
        };
    };
    streams_connections: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("columns" | "name" | "primary_key" | "rows" | "settings")[];
            };
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_StreamOutline"];
                };
            };
        };
    };
    test_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                    "application/x-ndjson": components["schemas"]["TestLine"];
                };
            };
        };
    };
    test_settings_connections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connection: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConnection"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                    "application/x-ndjson": components["schemas"]["TestLine"];
                };
            };
        };
    };
    deliveries_workspaces: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description To that channel, by identity or name. */
                channel?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("attempt" | "channel_id" | "created_at" | "ended_at" | "fault" | "id" | "message" | "not_before" | "occasion" | "refused" | "state" | "user_id" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
                /** @description In that state. */
                state?: components["schemas"]["DeliveryState"];
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Delivery"];
                };
            };
        };
    };
    again_deliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is sent as soon as there is room. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dry_run_draft_dry_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DryDraft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
        };
    };
    list_freshness: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("due_at" | "late" | "loaded_at" | "pipeline" | "pipeline_id" | "rows" | "run_id" | "target")[];
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Freshness"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "email" | "expires_at" | "id" | "kind" | "role" | "user_id" | "workspace_id")[];
            };
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Link"];
                };
            };
        };
    };
    add_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeInvitation"];
                };
            };
        };
    };
    withdraw_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the invitation. */
                invitation: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_keys: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("beginning" | "created_at" | "expires_at" | "id" | "name" | "scopes" | "used_at" | "user_id" | "workspace_id")[];
            };
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ApiKey"];
                };
            };
        };
    };
    add_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeKey"];
                };
            };
        };
    };
    revoke_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the key. */
                key: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("active" | "created_at" | "email" | "name" | "origin" | "role" | "user_id")[];
            };
            header?: never;
            path: {
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Member"];
                };
            };
        };
    };
    put_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    remove_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_pipelines: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description `true` for those that were put away, `false` for those in use; those in use if nothing is said. */
                archived?: boolean;
                /** @description That use the connection of that name. */
                connection?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("archived_at" | "created_at" | "created_by" | "description" | "has_hook" | "id" | "last_run" | "name" | "next_at" | "restricted" | "revision" | "tags" | "updated_at" | "version" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Part of the name or description. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "name" | "-name" | "created" | "-created" | "updated" | "-updated";
                /** @description With that tag. */
                tag?: string;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_PipelineLine"];
                };
            };
        };
    };
    create_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDocument"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    show_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    update_pipelines: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDocument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    remove_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_pipelines: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Patch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    create_backfills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBackfill"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pieces"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
        };
    };
    diff_pipelines: {
        parameters: {
            query: {
                /** @description The older one. */
                from: number;
                /** @description The newer one; the one that runs if nothing is said. */
                to?: number;
            };
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diff"];
                };
            };
        };
    };
    document_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": Record<string, never>;
                };
            };
        };
    };
    dry_run_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DryWanted"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
        };
    };
    duplicate_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Duplicate"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    on_pipeline_grants: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "email" | "name" | "object_id" | "object_kind" | "role" | "user_id")[];
            };
            header?: never;
            path: {
                /** @description Identity or name of the pipeline. */
                pipeline: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_GrantView"];
                };
            };
        };
    };
    put_on_pipeline_grants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the pipeline. */
                pipeline: string;
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantView"];
                };
            };
        };
    };
    remove_on_pipeline_grants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or name of the pipeline. */
                pipeline: string;
                /** @description Identity of the person. */
                user: string;
                /** @description Identity or name of the workspace. */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    open_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    close_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    plan_saved_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanOf"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
        };
    };
    preview_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Wanted"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rows"];
                };
            };
        };
    };
    progress_pipelines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProgressView"];
                };
            };
        };
    };
    forget_progress: {
        parameters: {
            query?: {
                /** @description The source node; all of them if nothing is said. */
                node?: string;
            };
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Removed"];
                };
            };
        };
    };
    rollback_pipelines: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rollback"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
        };
    };
    start_runs: {
        parameters: {
            query?: never;
            header?: {
                /** @description A word of the caller, with which the same request has its effect once only. */
                "Idempotency-Key"?: string;
            };
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRun"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    create_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSchedule"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    list_versions: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("connections" | "created_at" | "created_by" | "document" | "fingerprint" | "number" | "pipeline_id" | "remark" | "targets")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
            };
            header?: never;
            path: {
                pipeline: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Version"];
                };
            };
        };
    };
    show_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pipeline: string;
                version: number;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
        };
    };
    plan_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Draft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
        };
    };
    preview_draft_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WantedOf"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rows"];
                };
            };
        };
    };
    list_rules: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("active" | "channel_id" | "created_at" | "created_by" | "id" | "name" | "revision" | "spec" | "updated_at" | "workspace_id")[];
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Rule"];
                };
            };
        };
    };
    create_rules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRule"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
        };
    };
    show_rules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
        };
    };
    update_rules: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                rule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRule"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
        };
    };
    remove_rules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_runs: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Of one backfill. */
                backfill?: string;
                /** @description Started by that. */
                cause?: components["schemas"]["Cause"];
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("attempt" | "attempt_started_at" | "backfill_id" | "cause" | "connections" | "created_at" | "ended_at" | "event_key" | "failures" | "fault" | "fire_at" | "force" | "id" | "idempotency" | "interval_end" | "interval_start" | "lease_until" | "lost" | "not_before" | "params" | "peak_memory" | "piece" | "pipeline_id" | "priority" | "resumable" | "retries" | "revision" | "rows_quarantined" | "rows_read" | "rows_written" | "schedule_id" | "seconds" | "started_at" | "started_by" | "state" | "stop" | "stop_asked_at" | "stop_reason" | "stopped_by" | "targets" | "timeout_seconds" | "undoing_at" | "undone_at" | "version" | "worker_id" | "workspace_id" | "zone")[];
                /** @description Asked for from then on. */
                from?: string;
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Of one pipeline, by identity. */
                pipeline?: string;
                /** @description Of one schedule. */
                schedule?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "created" | "-created" | "duration" | "-duration" | "written" | "-written" | "quarantined" | "-quarantined";
                /** @description In one of these states, divided by commas. */
                state?: components["schemas"]["RunState"][];
                /** @description Asked for before then. */
                until?: string;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Run"];
                };
            };
        };
    };
    show_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    attempts_runs: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("ended_at" | "fault" | "number" | "peak_memory" | "resumed" | "started_at" | "state" | "worker" | "worker_id")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Attempt"];
                };
            };
        };
    };
    cancel_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    receipts_loads: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("committed_at" | "connection" | "id" | "lasting" | "mode" | "node" | "pipeline_id" | "receipt" | "rows_written" | "run_id" | "target" | "undoable_until" | "undone_at")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Load"];
                };
            };
        };
    };
    log_logs: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("at" | "detail" | "level" | "message" | "node" | "number")[];
                /** @description At least of that level. */
                level?: components["schemas"]["Level"];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description About that node. */
                node?: string;
                /** @description With that text. */
                search?: string;
                /** @description After that number, to follow a run. */
                since?: number;
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Line"];
                };
            };
        };
    };
    outputs_runs: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("node" | "rows" | "written_at")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_OutputView"];
                };
            };
        };
    };
    list_quarantine: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("again" | "at" | "column" | "corrects" | "marked_at" | "marked_by" | "node" | "number" | "original" | "place" | "reason" | "repair_run_id" | "standing" | "value" | "value_only" | "values")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Of that node. */
                node?: string;
                /** @description With that text in the row or in the reason. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "number" | "-number";
                /** @description With one of these standings, divided by commas. */
                standing?: components["schemas"]["RejectStanding"][];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Reject"];
                };
            };
        };
    };
    clear_quarantine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Removed"];
                };
            };
        };
    };
    dismiss_quarantine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dismissal"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Marked"];
                };
            };
        };
    };
    export_quarantine: {
        parameters: {
            query?: {
                /** @description Of that node. */
                node?: string;
                /** @description With that text in the row or in the reason. */
                search?: string;
                /** @description With one of these standings, divided by commas. */
                standing?: components["schemas"]["RejectStanding"][];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    groups_quarantine: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("column" | "node" | "open" | "reason" | "rows")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Group"];
                };
            };
        };
    };
    nodes_quarantine: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("hint" | "landings" | "node" | "open" | "rows" | "why_not")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_RejectingNode"];
                };
            };
        };
    };
    repair_repairs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRepair"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Run"];
                };
            };
        };
    };
    report_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    resume_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    counts_tasks: {
        parameters: {
            query?: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("detail" | "kind" | "node" | "role" | "rows_deduplicated" | "rows_filtered" | "rows_quarantined" | "rows_read" | "rows_written" | "state")[];
            };
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Task"];
                };
            };
        };
    };
    retry_tasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                node: string;
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    undo_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Undone"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    forecast_schedule_forecast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForecastOf"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forecast"];
                };
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "handled_through" | "id" | "name" | "next_at" | "params" | "paused" | "pipeline_id" | "revision" | "spec" | "updated_at" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Of one pipeline, by identity. */
                pipeline?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "name" | "-name" | "created" | "-created";
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Schedule"];
                };
            };
        };
    };
    show_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    update_schedules: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                schedule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSchedule"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    remove_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    go_on_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    pause_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    find_search: {
        parameters: {
            query: {
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("detail" | "id" | "kind" | "name")[];
                /** @description The language in which pages of the documents are looked for, `en` or `fr` [default: `en`]. */
                language?: string;
                /** @description A part of a name or description, or the identity of a run. */
                q: string;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Hit"];
                };
            };
        };
    };
    tests_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestDraft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_TestEnd"];
                };
            };
        };
    };
    list_uploads: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string;
                /** @description Only these fields of each entry, with commas between; all of them if nothing is said. */
                fields?: ("created_at" | "created_by" | "id" | "media_type" | "name" | "path" | "sha256" | "size" | "workspace_id")[];
                /** @description Most entries; 50 if nothing is said. */
                limit?: number;
                /** @description Part of the name. */
                search?: string;
                /** @description The order; a `-` before it turns it around. */
                sort?: "created" | "-created" | "name" | "-name" | "size" | "-size";
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_Upload"];
                };
            };
        };
    };
    take_uploads: {
        parameters: {
            query: {
                /** @description Its name. */
                name: string;
            };
            header?: {
                /** @description A word of the caller, with which the same request has its effect once only. */
                "Idempotency-Key"?: string;
            };
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
        };
    };
    show_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadView"];
                };
            };
        };
    };
    remove_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    content_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
        };
    };
    inspect_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HowRead"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inspected"];
                };
            };
        };
    };
    validate_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Draft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
        };
    };
    watch_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    set_watch_watch: {
        parameters: {
            query?: never;
            header: {
                /** @description The tag that the change is based on: `ETag` of what was read. */
                "If-Match": string;
            };
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    live_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    ready_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    call_hooks: {
        parameters: {
            query?: never;
            header?: {
                "towpath-signature"?: string | null;
            };
            path: {
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never> | null;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
        };
    };
    scrape_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
        };
    };
}
