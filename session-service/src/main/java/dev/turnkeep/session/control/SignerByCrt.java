package dev.turnkeep.session.control;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.util.Optional;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;
import software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil;

/**
 * For native images only. Links are signed with one region's key; the SDK has a signer for several regions as well, whose half
 * is a module that is not here. It asks for that module when it runs, an image wants all that can be reached when it is built.
 */
@TargetClass(OptionalDependencyLoaderUtil.class)
final class SignerByCrt {
    private SignerByCrt() {}

    @Substitute
    public static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
        return Optional.<DefaultAwsCrtV4aHttpSigner>empty()
                .orElseThrow(
                        () -> new UnsupportedOperationException("signing for several regions at once is left out"));
    }
}
