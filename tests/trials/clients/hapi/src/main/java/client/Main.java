package client;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.gclient.IQuery;
import ca.uhn.fhir.rest.gclient.ReferenceClientParam;
import ca.uhn.fhir.rest.gclient.TokenClientParam;
import ca.uhn.fhir.rest.gclient.UriClientParam;
import ca.uhn.fhir.model.api.Include;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.hl7.fhir.instance.model.api.IBaseBundle;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Resource;

/**
 * A client of care plans on the generic client of HAPI FHIR, as a vendor would write it: the fluent searches, the next
 * link of each page, and what is referred to. For {@code toets listen --trigger}.
 */
public final class Main {
  private static final String SNOMED = "http://snomed.info/sct";
  private static final String SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope";
  private static final String CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes";
  private static final String FORM = "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020";
  private static final Set<String> PERSONS = Set.of("Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization");
  private static final int DEADLINE_MS = 20_000;
  private static final int MOST_PAGES = 200;

  private final FhirContext context = FhirContext.forR4();
  private final IGenericClient client;
  private final String patient;
  private final Map<String, Resource> found = new LinkedHashMap<>();
  private final List<String> failed = new ArrayList<>();

  private Main(Map<String, String> told) {
    context.getRestfulClientFactory().setServerValidationMode(ServerValidationModeEnum.valueOf(told.getOrDefault("HAPI_VALIDATION", "ONCE")));
    context.getRestfulClientFactory().setSocketTimeout(DEADLINE_MS);
    client = context.newRestfulGenericClient(told.get("TOETS_URL"));
    client.registerInterceptor(new BearerTokenAuthInterceptor(told.get("TOETS_TOKEN")));
    patient = "Patient/" + told.get("TOETS_PATIENT");
  }

  private IQuery<IBaseBundle> of(String type) {
    return client.search().forResource(type).where(new ReferenceClientParam("patient").hasId(patient));
  }

  private static TokenClientParam token(String name) {
    return new TokenClientParam(name);
  }

  private void gather() {
    search("conversations", () -> of("Procedure")
        .and(token("code").exactly().systemAndCode(SNOMED, "713603004"))
        .include(new Include("Procedure:encounter")));
    search("treatment directives", () -> of("Consent")
        .and(token("scope").exactly().systemAndCode(SCOPE, "treatment"))
        .and(token("category").exactly().systemAndCode(SNOMED, "129125009"))
        .include(new Include("Consent:actor")));
    search("advance directives", () -> of("Consent")
        .and(token("scope").exactly().systemAndCode(SCOPE, "adr"))
        .and(token("category").exactly().systemAndCode(CATEGORY, "acd"))
        .include(new Include("Consent:actor")));
    search("goals", () -> of("Goal").and(token("category").exactly().systemAndCode(SNOMED, "713603004")));
    search("observations", () -> of("Observation").and(token("code").exactly()
        .systemAndValues(SNOMED, "153851000146100", "395091006", "340171000146104", "247751003", "570801000146104")));
    search("devices", () -> of("DeviceUseStatement").and(token("device.type").exactly()
        .systemAndValues(SNOMED, "72506001", "465460004", "468542000", "704707009", "1263462004", "1236894001"))
        .include(new Include("DeviceUseStatement:device")));
    search("requests to inform relatives", () -> of("CommunicationRequest")
        .and(token("category").exactly().systemAndCode(SNOMED, "223449006")));
    search("form", () -> client.<IBaseBundle>search().forResource("QuestionnaireResponse")
        .where(new ReferenceClientParam("subject").hasId(patient))
        .and(new UriClientParam("questionnaire").matches().value(FORM)));
    persons();
  }

  /** One search, with all its pages. A page that was seen ends it, and so does a bound. */
  private void search(String what, Supplier<IQuery<IBaseBundle>> query) {
    tried(what, () -> {
      Bundle page = query.get().returnBundle(Bundle.class).execute();
      Set<String> seen = new java.util.HashSet<>();
      while (true) {
        page.getEntry().stream().map(Bundle.BundleEntryComponent::getResource).forEach(this::keep);
        Bundle.BundleLinkComponent next = page.getLink(Bundle.LINK_NEXT);
        if (next == null) {
          return;
        }
        if (!seen.add(next.getUrl()) || seen.size() > MOST_PAGES) {
          throw new IllegalStateException("its pages have no end");
        }
        if (!next.getUrl().startsWith(client.getServerBase() + "/") && !next.getUrl().startsWith(client.getServerBase() + "?")) {
          throw new IllegalStateException("its next page lies elsewhere");
        }
        page = client.loadPage().next(page).execute();
      }
    });
  }

  private void keep(Resource resource) {
    if (resource != null && resource.getIdElement().hasIdPart()) {
      found.put(resource.fhirType() + "/" + resource.getIdElement().getIdPart(), resource);
    }
  }

  /** The persons who are referred to and did not come along. */
  private void persons() {
    Deque<Resource> waiting = new ArrayDeque<>(found.values());
    while (!waiting.isEmpty()) {
      for (var reference : context.newTerser().getAllResourceReferences(waiting.pop())) {
        var id = reference.getResourceReference().getReferenceElement();
        String name = id.getResourceType() + "/" + id.getIdPart();
        if (!id.hasIdPart() || !PERSONS.contains(id.getResourceType()) || found.containsKey(name)) {
          continue;
        }
        tried(name, () -> {
          IBaseResource read = client.read().resource(id.getResourceType()).withId(id.getIdPart()).execute();
          keep((Resource) read);
          waiting.add((Resource) read);
        });
      }
    }
  }

  private void tried(String what, Runnable ask) {
    try {
      ask.run();
    } catch (RuntimeException why) {
      failed.add(what + ": " + why.getClass().getSimpleName());
    }
  }

  /** What the screen would show, as Toets asks for it. */
  private String shown() {
    boolean whole = failed.isEmpty();
    String remark = whole ? found.size() + " resources" : String.join("; ", failed.subList(0, Math.min(5, failed.size())));
    String line = "{\"answer\": \"%s\", \"remark\": \"" + remark.replaceAll("[\\\\\"]", "'") + "\"}";
    return "{\"everything\": " + String.format(line, whole && !found.isEmpty() ? "yes" : "no")
        + ", \"nothing\": " + String.format(line, whole && found.isEmpty() ? "yes" : "no")
        + ", \"not-nothing\": " + String.format(line, whole && found.isEmpty() ? "no" : "yes")
        + ", \"incomplete\": " + String.format(line, whole ? "no" : "yes") + "}\n";
  }

  /** Asks, reads, and says what it would show. */
  public static void main(String[] arguments) throws IOException {
    Main main = new Main(System.getenv());
    main.gather();
    Files.writeString(Path.of(System.getenv("TOETS_ATTEST")), main.shown());
  }
}
