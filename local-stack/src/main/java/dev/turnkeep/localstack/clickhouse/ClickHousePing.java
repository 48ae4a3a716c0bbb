package dev.turnkeep.localstack.clickhouse;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.Ping;
import java.io.IOException;

/** A SELECT: {@code /ping} would not tell a wrong login. */
public final class ClickHousePing implements Ping<ClickHouseAddress> {

    @Override
    public void ping(ClickHouseAddress address) throws IOException {
        String answer = ClickHouseSql.run(address, "SELECT 1");
        if (!answer.equals("1")) throw new IOException("it answered " + answer);
    }
}
