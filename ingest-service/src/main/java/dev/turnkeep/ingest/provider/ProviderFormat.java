package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;

/** What one provider's requests and raw responses look like. Implementations have no state. */
interface ProviderFormat {
    /** The name of the request in the paths of problems. */
    String REQUEST = "request";

    String RAW_RESPONSE = "raw_response";

    /** Throws {@link Problem#UNPROCESSABLE_REQUEST}. */
    ParsedRequest request(RawJson body);

    /** Throws {@link Problem#UNPROCESSABLE_RESPONSE}. */
    ParsedResponse rawResponse(RawResponse response);
}
