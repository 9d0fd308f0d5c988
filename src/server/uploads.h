/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Files that wait in DIR/uploads/<batch>/ until an import takes them; folders inside stay folders. */
#ifndef HUJI_SERVER_UPLOADS_H
#define HUJI_SERVER_UPLOADS_H

#include "server/request.h"

#define UPLOAD_DEPTH 8
#define UPLOAD_KEEP_DAYS 7

/* The batch's folder, in the request's arena. Errors: ERR_INPUT (field batch) when there is none. */
int upload_folder(struct request *r, const char *batch, const char **out, struct err *e);
/* A file of it by the name it was sent with. Errors: ERR_INPUT (field name). */
int upload_path(struct request *r, const char *folder, const char *name, const char **out,
                struct err *e);
/* All that is below a folder, and the folder. */
void upload_forget(const char *folder);

#endif
