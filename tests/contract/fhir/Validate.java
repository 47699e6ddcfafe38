import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** Validates FHIR R4 resources with HAPI and the profiles it brings, offline: one line for each thing it says. */
public class Validate {
    public static void main(String[] files) throws Exception {
        FhirContext context = FhirContext.forR4();
        FhirInstanceValidator instance = new FhirInstanceValidator(new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context)));
        FhirValidator validator = context.newValidator().registerValidatorModule(instance);
        for (String file : files) {
            for (SingleValidationMessage said :
                    validator.validateWithResult(Files.readString(Path.of(file))).getMessages()) {
                System.out.println(Path.of(file).getFileName() + "\t" + said.getSeverity() + "\t"
                        + said.getLocationString() + "\t" + said.getMessage().replace('\n', ' '));
            }
            System.out.println(Path.of(file).getFileName() + "\tDONE\t\t");
        }
    }
}
