package dev.turnkeep.ops.smoke;

/** Organisations, environments and keys. */
record AdministrationSmoke(Smoke smoke, Tenant tenant) {

    void run() {
        Caller operator = tenant.operator();
        smoke.check("organisations and environments are listed", () -> {
            operator.get("/v1/admin/orgs").expecting(200);
            Answer environments = operator.get("/v1/admin/orgs/" + tenant.org() + "/environments")
                    .expecting(200);
            if (!environments.body().contains(Tenant.ENVIRONMENT)) {
                throw new Unexpected("the new environment is not among " + environments.body());
            }
        });
        smoke.check("a key is made, listed, rotated and revoked", () -> {
            Answer made = operator.post(
                            "/v1/admin/keys",
                            "{\"org_id\":\"%s\",\"environment\":\"%s\",\"scopes\":[\"read\"]}"
                                    .formatted(tenant.org(), Tenant.ENVIRONMENT))
                    .expecting(201);
            operator.get("/v1/admin/keys?environment=" + Tenant.ENVIRONMENT + "&org_id=" + tenant.org())
                    .expecting(200);
            Caller reader = tenant.sessions().with(made.text("/key"));
            Smoke.until("the key works", () -> reader.get("/v1/sessions").status() == 200);
            reader.post(
                            "/api/v1/sessions",
                            "{\"type\":\"chat\",\"taskIdentifier\":\"t\",\"triggerConfig\":{\"basePayload\":{}}}")
                    .expecting(403);
            Answer rotated = operator.post("/v1/admin/keys/" + made.text("/key_id") + "/rotate", "{\"grace\":\"PT1M\"}")
                    .expecting(201);
            Caller next = tenant.sessions().with(rotated.text("/key"));
            Smoke.until("the new key works", () -> next.get("/v1/sessions").status() == 200);
            operator.delete("/v1/admin/keys/" + rotated.text("/key_id")).expecting(204);
            Smoke.until(
                    "the revoked key is refused", () -> next.get("/v1/sessions").status() == 401);
        });
        smoke.check("strangers are refused", () -> {
            tenant.sessions().with("").get("/v1/sessions").expecting(401);
            tenant.ingest()
                    .with("tk_nobody_has_this_key")
                    .post("/v1/ingest", "{}")
                    .expecting(401);
            tenant.sessions().get("/v1/admin/orgs").expecting(401);
        });
    }
}
