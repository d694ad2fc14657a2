package io.siterecovery.sandbox.kubernetes.protobuf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** The shape of a protobuf message: what its field numbers are called in JSON. */
record Message(Map<Integer, Field> fields) {
    private static final int MAP_KEY = 1;
    private static final int MAP_VALUE = 2;

    /** One field; what is not listed is skipped. */
    record Field(String name, Type type, Message message) {
        static Field of(String name, Type type) {
            return new Field(name, type, new Message(Map.of()));
        }
    }

    /** How a field is encoded. */
    enum Type {
        TEXT,
        TEXTS,
        NUMBER,
        BOOLEAN,
        TEXT_MAP,
        BYTES_MAP,
        MESSAGE,
        MESSAGES
    }

    ObjectNode read(byte[] encoded) throws IOException {
        ObjectNode object = Json.object();
        CodedInputStream in = CodedInputStream.newInstance(encoded);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            Field field = fields.get(WireFormat.getTagFieldNumber(tag));
            if (field == null) {
                in.skipField(tag);
            } else {
                read(field, in, object);
            }
        }
        return object;
    }

    /** Go encodes empty texts and zeros, too: they mean "not set". */
    private static void read(Field field, CodedInputStream in, ObjectNode object)
            throws IOException {
        switch (field.type()) {
            case TEXT -> {
                String text = text(in.readByteArray());
                if (!text.isEmpty()) {
                    object.put(field.name(), text);
                }
            }
            case TEXTS -> object.withArray(field.name()).add(text(in.readByteArray()));
            case NUMBER -> object.put(field.name(), in.readInt64());
            case BOOLEAN -> object.put(field.name(), in.readBool());
            case TEXT_MAP, BYTES_MAP -> entry(field, in, Json.child(object, field.name()));
            case MESSAGE -> {
                JsonNode message = field.message().read(in.readByteArray());
                if (!message.isEmpty()) {
                    object.set(field.name(), message);
                }
            }
            case MESSAGES ->
                    object.withArray(field.name()).add(field.message().read(in.readByteArray()));
        }
    }

    private static void entry(Field field, CodedInputStream outer, ObjectNode map)
            throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(outer.readByteArray());
        String key = "";
        byte[] value = {};
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case MAP_KEY -> key = text(in.readByteArray());
                case MAP_VALUE -> value = in.readByteArray();
                default -> in.skipField(tag);
            }
        }
        map.put(
                key,
                field.type() == Type.BYTES_MAP
                        ? Base64.getEncoder().encodeToString(value)
                        : text(value));
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
