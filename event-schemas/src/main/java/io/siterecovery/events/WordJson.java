package io.siterecovery.events;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A DRBD word is a plain string in JSON. */
@SuppressWarnings("rawtypes")
final class WordJson {

    static final class Writer extends JsonSerializer<Word> {
        @Override
        public void serialize(Word word, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeString(word.raw());
        }
    }

    static final class Reader extends JsonDeserializer<Word> implements ContextualDeserializer {
        private final @Nullable Class<?> vocabulary;

        Reader() {
            this(null);
        }

        private Reader(@Nullable Class<?> vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public JsonDeserializer<?> createContextual(
                DeserializationContext context, @Nullable BeanProperty property) {
            JavaType word = context.getContextualType();
            return new Reader(word.containedTypeOrUnknown(0).getRawClass());
        }

        @Override
        public Word deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (vocabulary == null || !in.hasToken(JsonToken.VALUE_STRING)) {
                return (Word) context.handleUnexpectedToken(Word.class, in);
            }
            return parse(vocabulary, in.getText());
        }

        private static Word<?> parse(Class<?> vocabulary, String raw) {
            if (vocabulary == Role.class) {
                return Word.parse(Role.class, raw);
            }
            if (vocabulary == DiskState.class) {
                return Word.parse(DiskState.class, raw);
            }
            if (vocabulary == ConnectionState.class) {
                return Word.parse(ConnectionState.class, raw);
            }
            if (vocabulary == ReplicationState.class) {
                return Word.parse(ReplicationState.class, raw);
            }
            throw new IllegalArgumentException("not a vocabulary: " + vocabulary);
        }
    }

    private WordJson() {}
}
