import java.io.FileInputStream;
import java.nio.file.Path;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates files with veraPDF as PDF/A-2a: one line for each broken rule, and one at the end of each file. */
public class Validate {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            String name = Path.of(file).getFileName().toString();
            try (PDFAParser parser = Foundries.defaultInstance()
                            .createParser(new FileInputStream(file), PDFAFlavour.PDFA_2_A);
                    PDFAValidator validator = Foundries.defaultInstance()
                            .createValidator(PDFAFlavour.PDFA_2_A, false)) {
                ValidationResult result = validator.validate(parser);
                for (TestAssertion said : result.getTestAssertions()) {
                    if (said.getStatus() == TestAssertion.Status.FAILED) {
                        System.out.println(name + "\tFAILED\t" + said.getRuleId() + " " + said.getMessage());
                    }
                }
                System.out.println(name + "\t" + (result.isCompliant() ? "COMPLIANT" : "BROKEN") + "\t"
                        + result.getTotalAssertions());
            }
        }
    }
}
