package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** KubeVirt, its launcher pods and the attachments of their volumes on one cluster. */
public final class KubeVirt {

    private static final long WRITES = 400 * Agenda.MILLI;

    private final ApiServer server;
    private final List<String> nodes;
    private final Map<String, Machine> machines = new TreeMap<>();
    private final Map<String, DrbdResource> resources;
    private final Map<String, Guest> guests = new TreeMap<>();
    private final Map<String, Boolean> powerWishedByPeople = new TreeMap<>();
    private final Agenda agenda;
    private final Dice dice;
    private final Story story;
    private final Map<String, Long> lastRun = new TreeMap<>();
    private final Map<String, Long> lastReady = new TreeMap<>();
    private int pods;
    private double stubborn;

    KubeVirt(
            ApiServer server,
            List<String> nodes,
            List<Machine> machines,
            Map<String, DrbdResource> resources,
            Agenda agenda,
            Dice dice,
            Story story) {
        this.server = server;
        this.nodes = nodes;
        machines.forEach(m -> this.machines.put(m.toString(), m));
        this.resources = resources;
        this.agenda = agenda;
        this.dice = dice;
        this.story = story;
        server.listen(this::seen);
    }

    /** How many of the guests ignore the wish to shut down for minutes. */
    public void stubborn(double share) {
        stubborn = share;
    }

    public Stream<Guest> guests() {
        return guests.values().stream();
    }

    public Optional<Guest> guest(Machine machine) {
        return Optional.ofNullable(guests.get(machine.toString()));
    }

    /** Whether it began to run then or later. */
    public boolean hasRunSince(Machine machine, long micros) {
        return lastRun.getOrDefault(machine.toString(), -1L) >= micros;
    }

    /** When it last began to run; negative if it never did. */
    public long lastRun(Machine machine) {
        return lastRun.getOrDefault(machine.toString(), -1L);
    }

    /** Whether it was ready then or later. */
    public boolean hasBeenReadySince(Machine machine, long micros) {
        return guest(machine).filter(Guest::isReady).isPresent()
                || lastReady.getOrDefault(machine.toString(), -1L) >= micros;
    }

    /** As long ago: it runs, and nobody remembers the start. */
    void runsAlready(Machine machine) {
        reconcile(machine.toString());
        Guest guest = guests.get(machine.toString());
        if (guest != null) {
            attach(guest);
            open(guest);
        }
    }

    private void seen(ApiServer.Change change) {
        ResourceKind kind = change.key().kind();
        String vm = change.key().namespace() + "/" + change.key().name();
        if (kind.equals(ResourceKind.VIRTUAL_MACHINE)) {
            Stored now = change.now();
            Stored before = change.before();
            boolean starts = now != null && !Admission.halted(now.tree());
            boolean ran = before != null && !Admission.halted(before.tree());
            if (starts != ran) {
                powerWishedByPeople.put(vm, change.author().human());
            }
            soon(vm);
        } else if (kind.equals(ResourceKind.VIRTUAL_MACHINE_INSTANCE) && change.author().human()) {
            soon(vm);
        }
    }

    private void soon(String vm) {
        agenda.after(dice.around(15 * Agenda.MILLI), () -> reconcile(vm));
    }

    private void reconcile(String vm) {
        Machine machine = machines.get(vm);
        if (machine == null) {
            return;
        }
        Optional<Stored> definition =
                server.get(ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name());
        boolean wanted =
                definition.filter(d -> !d.deleting() && !Admission.halted(d.tree())).isPresent();
        Optional<Stored> instance = instance(machine);
        if (wanted && instance.isEmpty() && !guests.containsKey(vm)) {
            create(machine);
        } else if (instance.isPresent() && (!wanted || instance.get().deleting())) {
            stop(machine, instance.get());
        } else if (instance.isPresent() && !guests.containsKey(vm)) {
            place(machine, instance.get());
        } else if (instance.isEmpty()
                && !guests.containsKey(vm)
                && definition.filter(Stored::deleting).isPresent()) {
            server.update(
                    Author.KUBEVIRT,
                    definition.get().key(),
                    tree -> ((ObjectNode) tree.get("metadata")).remove("finalizers"));
        }
    }

    private Optional<Stored> instance(Machine machine) {
        return server.get(
                ResourceKind.VIRTUAL_MACHINE_INSTANCE, machine.namespace(), machine.name());
    }

    private void create(Machine machine) {
        ObjectNode vmi =
                Objects.object(
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE, machine.namespace(), machine.name());
        ((ObjectNode) vmi.get("metadata")).putArray("finalizers").add("foregroundDelete");
        vmi.putObject("status").put("phase", "Pending");
        Stored created;
        try {
            created = server.create(Author.KUBEVIRT, ResourceKind.VIRTUAL_MACHINE_INSTANCE, vmi);
        } catch (KubernetesFailure refused) {
            agenda.after(dice.around(3 * Agenda.SECOND), () -> reconcile(machine.toString()));
            return;
        }
        place(machine, created);
    }

    /** Where no node is open to it, a VMI waits, and is looked at again. */
    private void place(Machine machine, Stored created) {
        List<String> able =
                nodes.stream()
                        .filter(this::isOpen)
                        .filter(
                                n ->
                                        machine.claims().stream()
                                                .allMatch(c -> resource(machine, c).isOn(n)))
                        .toList();
        if (able.isEmpty()) {
            agenda.after(Agenda.SECOND, () -> reconcile(machine.toString()));
            return;
        }
        String node = dice.of(able);
        String pod = "virt-launcher-" + machine.name() + "-" + ++pods;
        Guest guest =
                new Guest(
                        machine,
                        server.name(),
                        node,
                        created.uid(),
                        pod,
                        powerWishedByPeople.getOrDefault(machine.toString(), false));
        guests.put(machine.toString(), guest);
        story.tell("kubevirt", () -> server.name() + ": creates VMI " + guest);
        launcher(guest);
        agenda.after(
                dice.around(20 * Agenda.MILLI),
                () -> {
                    if (starting(guest)) {
                        attach(guest);
                        agenda.after(dice.around(30 * Agenda.MILLI), () -> open(guest));
                    }
                });
    }

    private boolean isOpen(String node) {
        return server.get(ResourceKind.NODE, "", node)
                .filter(
                        n ->
                                !n.at("spec", "taints")
                                        .findValuesAsText("effect")
                                        .contains("NoSchedule"))
                .isPresent();
    }

    private DrbdResource resource(Machine machine, String claim) {
        DrbdResource found = resources.get(machine.resource(claim));
        if (found == null) {
            throw new IllegalStateException("no resource for " + claim);
        }
        return found;
    }

    private boolean starting(Guest guest) {
        return !guest.stopping && !guest.off;
    }

    private void launcher(Guest guest) {
        ObjectNode pod = Objects.object(ResourceKind.POD, guest.machine.namespace(), guest.pod);
        ObjectNode meta = (ObjectNode) pod.get("metadata");
        meta.putObject("labels")
                .put("kubevirt.io", "virt-launcher")
                .put("vmi.kubevirt.io/id", guest.machine.name());
        meta.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "kubevirt.io/v1")
                .put("kind", "VirtualMachineInstance")
                .put("name", guest.machine.name())
                .put("uid", guest.vmiUid);
        pod.putObject("spec").put("nodeName", guest.node);
        pod.putObject("status").put("phase", "Pending");
        server.create(Author.KUBEVIRT, ResourceKind.POD, pod);
    }

    private void attach(Guest guest) {
        for (String claim : guest.machine.claims()) {
            String volume = guest.machine.resource(claim);
            ObjectKey pvc =
                    new ObjectKey(
                            ResourceKind.PERSISTENT_VOLUME_CLAIM, guest.machine.namespace(), claim);
            server.update(
                    Author.SYSTEM,
                    pvc,
                    tree -> {
                        ((ObjectNode) tree.get("spec")).put("volumeName", volume);
                        ((ObjectNode) tree.get("status")).put("phase", "Bound");
                    });
            ObjectKey key = attachment(guest, claim);
            if (server.get(key).isEmpty()) {
                ObjectNode object =
                        Objects.object(ResourceKind.VOLUME_ATTACHMENT, null, key.name());
                ObjectNode spec = object.putObject("spec").put("nodeName", guest.node);
                spec.putObject("source").put("persistentVolumeName", volume);
                object.putObject("status").put("attached", true);
                server.create(Author.SYSTEM, ResourceKind.VOLUME_ATTACHMENT, object);
            }
        }
    }

    private static ObjectKey attachment(Guest guest, String claim) {
        return new ObjectKey(
                ResourceKind.VOLUME_ATTACHMENT,
                "",
                "csi-" + guest.machine.resource(claim) + "-" + guest.node);
    }

    private void open(Guest guest) {
        if (!starting(guest) || guest.running) {
            return;
        }
        for (String claim : guest.machine.claims()) {
            Replica device = resource(guest.machine, claim).on(guest.node);
            if (device.resource.open(device)) {
                if (!guest.devices.contains(device)) {
                    guest.devices.add(device);
                }
            } else {
                story.tell("kubevirt", () -> guest + " cannot open " + device);
                agenda.after(dice.around(2 * Agenda.SECOND), () -> open(guest));
                return;
            }
        }
        guest.running = true;
        guest.hasRun = true;
        lastRun.put(guest.machine.toString(), agenda.micros());
        story.tell("kubevirt", () -> guest + " runs");
        guest.ready = guest.machine.boot() == null;
        phase(guest, "Running");
        if (!guest.ready) {
            agenda.after(timeToReady(), () -> ready(guest));
        }
        server.update(
                Author.KUBEVIRT,
                new ObjectKey(ResourceKind.POD, guest.machine.namespace(), guest.pod),
                tree -> ((ObjectNode) tree.get("status")).put("phase", "Running"));
        printable(guest, "Running");
        writes(guest);
    }

    /** Some take half a minute until their probe is content. */
    private long timeToReady() {
        return dice.chance(0.1)
                ? dice.between(5, 40) * Agenda.SECOND
                : dice.around(300 * Agenda.MILLI);
    }

    private void ready(Guest guest) {
        if (guest.isRunning()) {
            guest.ready = true;
            story.tell("kubevirt", () -> guest + " is ready");
            phase(guest, "Running");
        }
    }

    private void writes(Guest guest) {
        if (!guest.off) {
            guest.devices.forEach(d -> d.resource.write(d));
            agenda.after(WRITES, () -> writes(guest));
        }
    }

    private void phase(Guest guest, String phase) {
        server.update(
                Author.KUBEVIRT,
                new ObjectKey(
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                        guest.machine.namespace(),
                        guest.machine.name()),
                tree -> {
                    ObjectNode status = tree.putObject("status");
                    status.put("phase", phase).put("nodeName", guest.node);
                    status.putArray("conditions")
                            .addObject()
                            .put("type", "Ready")
                            .put("status", guest.isReady() ? "True" : "False");
                });
    }

    private void printable(Guest guest, String status) {
        agenda.after(
                dice.around(5 * Agenda.MILLI),
                () ->
                        server.update(
                                Author.KUBEVIRT,
                                new ObjectKey(
                                        ResourceKind.VIRTUAL_MACHINE,
                                        guest.machine.namespace(),
                                        guest.machine.name()),
                                tree -> tree.putObject("status").put("printableStatus", status)));
    }

    private void stop(Machine machine, Stored instance) {
        if (!instance.deleting()) {
            server.delete(Author.KUBEVIRT, instance.key(), null);
        }
        Guest guest = guests.get(machine.toString());
        if (guest == null) {
            server.update(
                    Author.KUBEVIRT,
                    instance.key(),
                    tree -> ((ObjectNode) tree.get("metadata")).remove("finalizers"));
            return;
        }
        if (guest.stopping) {
            return;
        }
        noteReady(guest);
        guest.stopping = true;
        guest.stubborn = dice.chance(stubborn);
        long shutdown =
                guest.stubborn
                        ? dice.between(100, 500) * Agenda.SECOND
                        : dice.around(200 * Agenda.MILLI);
        story.tell(
                "kubevirt",
                () -> guest + " is told to shut down and takes " + shutdown / 1000 + " ms");
        printable(guest, "Stopping");
        agenda.after(shutdown, () -> off(guest));
    }

    private void off(Guest guest) {
        if (guest.off) {
            return;
        }
        noteReady(guest);
        guest.off = true;
        guest.running = false;
        guest.devices.forEach(d -> d.resource.close(d));
        story.tell("kubevirt", () -> guest + " is off");
        agenda.after(
                dice.around(10 * Agenda.MILLI),
                () -> {
                    phase(guest, "Succeeded");
                    agenda.after(dice.around(20 * Agenda.MILLI), () -> podGone(guest));
                    agenda.after(dice.around(40 * Agenda.MILLI), () -> detached(guest));
                });
    }

    private void noteReady(Guest guest) {
        if (guest.isReady()) {
            lastReady.put(guest.machine.toString(), agenda.micros());
        }
    }

    private void podGone(Guest guest) {
        ObjectKey pod = new ObjectKey(ResourceKind.POD, guest.machine.namespace(), guest.pod);
        if (server.get(pod).isPresent()) {
            server.delete(Author.SYSTEM, pod, null);
        }
        guest.podGone = true;
        agenda.after(dice.around(10 * Agenda.MILLI), () -> instanceGone(guest));
    }

    private void instanceGone(Guest guest) {
        ObjectKey vmi =
                new ObjectKey(
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                        guest.machine.namespace(),
                        guest.machine.name());
        if (server.get(vmi).filter(v -> !v.deleting()).isPresent()) {
            server.delete(Author.KUBEVIRT, vmi, null);
        }
        server.update(
                Author.KUBEVIRT,
                vmi,
                tree -> ((ObjectNode) tree.get("metadata")).remove("finalizers"));
        printable(guest, "Stopped");
        gone(guest);
    }

    private void detached(Guest guest) {
        for (String claim : guest.machine.claims()) {
            ObjectKey key = attachment(guest, claim);
            if (server.get(key).isPresent()) {
                server.delete(Author.SYSTEM, key, null);
            }
        }
        guest.detached = true;
        gone(guest);
    }

    private void gone(Guest guest) {
        if (guest.podGone && guest.detached && instance(guest.machine).isEmpty()) {
            guests.remove(guest.machine.toString(), guest);
            soon(guest.machine.toString());
        }
    }

    /** A node lost power: what ran there writes no more, though nobody has told the API. */
    void lost(String node) {
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.node.equals(node) && !guest.off) {
                noteReady(guest);
                guest.off = true;
                guest.running = false;
                story.tell("kubevirt", () -> guest + " died with its node");
            }
        }
    }

    /** The node is back: its kubelet and virt-handler clear away what died there. */
    void back(String node) {
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.node.equals(node) && guest.off && !guest.podGone) {
                agenda.after(
                        dice.around(2 * Agenda.SECOND),
                        () -> {
                            phase(guest, "Failed");
                            podGone(guest);
                            detached(guest);
                        });
            }
        }
    }
}
