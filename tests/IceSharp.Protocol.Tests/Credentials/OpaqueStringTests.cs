using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Credentials;

public sealed class OpaqueStringTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = VectorFile.ById("key-derivation.json", "opaqueString");

    public static TheoryData<string> Ids => VectorFile.Theory(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("PRECIS-8265-4.2.1-a")]
    [Rfc("PRECIS-8265-4.2.2-a")]
    [Rfc("PRECIS-8265-4.2.2-b")]
    [Rfc("PRECIS-8264-8-a")]
    [Rfc("PRECIS-8264-8-b")]
    public void Every_text_of_the_vectors_comes_out_as_written_there(string id)
    {
        JsonElement vector = Vectors[id];
        string input = string.Concat(vector.GetProperty("inputCodePoints").EnumerateArray()
            .Select(c => char.ConvertFromUtf32(int.Parse(c.GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

        OpaqueStringStatus status = OpaqueString.TryEnforce(input, out string? enforced);

        (status == OpaqueStringStatus.Ok ? "accepted" : "rejected").Should().Be(vector.Text("result"));
        enforced.Should().Be(vector.OptionalText("output"));
        if (enforced is not null)
        {
            Encoding.UTF8.GetBytes(enforced).Should().Equal(vector.Bytes("outputUtf8Hex"));
        }
    }

    [Theory]
    [InlineData("", OpaqueStringStatus.Empty)]
    [InlineData("a\tb", OpaqueStringStatus.Control)]
    [InlineData("a\u0085b", OpaqueStringStatus.Control)]
    [InlineData("\u1100\u1161", OpaqueStringStatus.HangulJamo)]
    [InlineData("\uA960", OpaqueStringStatus.HangulJamo)]
    [InlineData("\uD7FB", OpaqueStringStatus.HangulJamo)]
    [InlineData("The\u00ADM", OpaqueStringStatus.Ignorable)]
    [InlineData("\u3164", OpaqueStringStatus.Ignorable)]
    [InlineData("\uFDD0", OpaqueStringStatus.Ignorable)]
    [InlineData("\U0001FFFE", OpaqueStringStatus.Ignorable)]
    [InlineData("\u0378", OpaqueStringStatus.Unassigned)]
    [InlineData("\uE000", OpaqueStringStatus.Disallowed)]
    [InlineData("\u2028", OpaqueStringStatus.Disallowed)]
    [InlineData("\u0600", OpaqueStringStatus.Disallowed)]
    [InlineData("\u303B", OpaqueStringStatus.Disallowed)]
    [InlineData("a\u200Db", OpaqueStringStatus.Context)]
    [Rfc("PRECIS-8265-4.2.1-a")]
    public void A_refused_text_says_why(string text, OpaqueStringStatus reason)
    {
        OpaqueString.TryEnforce(text, out string? enforced).Should().Be(reason);
        enforced.Should().BeNull();
        FluentActions.Invoking(() => OpaqueString.Enforce(text, "password")).Should().Throw<ArgumentException>().WithParameterName("password");
    }

    // Lone surrogates do not survive as attribute arguments.
    [Fact]
    public void Half_a_surrogate_pair_is_no_code_point()
    {
        OpaqueString.TryEnforce("a\uD800", out _).Should().Be(OpaqueStringStatus.LoneSurrogate);
        OpaqueString.TryEnforce("\uDC00a", out _).Should().Be(OpaqueStringStatus.LoneSurrogate);
    }

    [Theory]
    [InlineData("\u0375\u03B1", true)] // Greek keraia before alpha
    [InlineData("\u0375a", false)]
    [InlineData("\u03B1\u0375", false)]
    [InlineData("\u05D0\u05F3", true)] // Hebrew geresh after alef
    [InlineData("a\u05F4", false)]
    [InlineData("\u05F3", false)]
    [InlineData("\u30FB\u4E00", true)] // Katakana middle dot with a Han character
    [InlineData("\u3042\u30FB", true)] // with Hiragana
    [InlineData("l\u00B7L", false)]
    [InlineData("\u00B7l", false)]
    [InlineData("\u06F0\u06F1", true)] // extended Arabic-Indic digits alone
    [InlineData("\u06F1a\u0661", false)]
    [InlineData("\u0644\u200C\u0627", true)] // ZWNJ between lam (dual) and alef (right joining)
    [InlineData("\u0644\u064E\u200C\u064E\u0627", true)] // with transparent marks on both sides
    [InlineData("\u0627\u200C\u0644", false)] // alef does not join onward
    [InlineData("\u0644\u200C", false)]
    [InlineData("\u0915\u094D\u200C\u0937", true)] // ZWNJ after a virama
    [InlineData("\u0915\u200C\u0937", false)]
    [InlineData("\u200D", false)]
    [Rfc("PRECIS-8264-8-b")]
    public void A_code_point_of_a_contextual_rule_is_valid_only_where_the_rule_holds(string text, bool valid) =>
        OpaqueString.TryEnforce(text, out _).Should().Be(valid ? OpaqueStringStatus.Ok : OpaqueStringStatus.Context);

    [Fact]
    [Rfc("PRECIS-8265-5-a")]
    public void What_normalization_makes_of_a_text_is_checked_again()
    {
        // U+0387 ANO TELEIA is valid and becomes U+00B7 MIDDLE DOT, which is so only between two l.
        OpaqueString.TryEnforce("l\u0387l", out string? enforced).Should().Be(OpaqueStringStatus.Ok);
        enforced.Should().Be("l\u00B7l");
        OpaqueString.TryEnforce("a\u0387b", out _).Should().Be(OpaqueStringStatus.Context);
    }

    [Theory]
    [InlineData(3, OpaqueStringStatus.Ok)]
    [InlineData(4, OpaqueStringStatus.Unstable)]
    [Rfc("PRECIS-8265-5-a")]
    public void A_text_that_comes_to_rest_too_late_is_refused(int changes, OpaqueStringStatus expected)
    {
        int left = changes;
        string Restless(string text) => text == "e\u0301" ? "\u00E9" : left-- > 0 ? text + "\u4E00" : text;

        OpaqueString.TryEnforce("\u4E00", Restless, out _).Should().Be(expected);
    }

    [Fact]
    [Rfc("PRECIS-8265-5-a")]
    public void To_prepare_what_is_prepared_changes_nothing() =>
        Prop.ForAll(Gen.ArrayOf(Gen.OneOf(Gen.Choose(0x20, 0x7E), Gen.Choose(0xA0, 0x6FF), Gen.Choose(0x900, 0xD7FF), Gen.Choose(0xE000, 0x1FFFF))).ToArbitrary(), codePoints =>
        {
            string text = string.Concat(codePoints.Select(char.ConvertFromUtf32));
            return OpaqueString.TryEnforce(text, out string? once) != OpaqueStringStatus.Ok
                || (OpaqueString.TryEnforce(once!, out string? twice) == OpaqueStringStatus.Ok && ReferenceEquals(twice, once) && once!.IsNormalized(NormalizationForm.FormC));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_characters_at_all_give_a_status_and_no_exception() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 0xFFFF)).ToArbitrary(), units =>
            OpaqueString.TryEnforce(string.Concat(units.Select(u => (char)u)), out string? enforced) == OpaqueStringStatus.Ok == enforced is not null)
        .QuickCheckThrowOnFailure();

    [Fact]
    [Rfc("PRECIS-8264-8-a")]
    public void No_code_point_that_is_refused_by_its_category_has_a_compatibility_mapping()
    {
        for (int codePoint = 0x80; codePoint <= 0x10FFFF; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF || FreeformClass.Classify(codePoint) is not (OpaqueStringStatus.Disallowed or OpaqueStringStatus.Control))
            {
                continue;
            }

            bool isException = codePoint is 0x0640 or 0x07FA or (>= 0x302E and <= 0x303B);
            string text = char.ConvertFromUtf32(codePoint);
            (isException || text.Normalize(NormalizationForm.FormKC) == text).Should().BeTrue($"U+{codePoint:X4} would be HasCompat");
        }
    }

    [Theory]
    [InlineData("A", "a")]
    [InlineData("\uFF50", "p")]
    [Rfc("PRECIS-8265-4.2.3-a")]
    public void Case_and_width_tell_texts_apart(string one, string other) =>
        OpaqueString.Enforce(one).Should().NotBe(OpaqueString.Enforce(other));

    [Fact]
    [Rfc("PRECIS-8265-4.2.3-a")]
    public void Texts_that_differ_only_in_composition_or_kind_of_space_are_the_same() =>
        OpaqueString.Enforce("cafe\u0301\u00A0x").Should().Be(OpaqueString.Enforce("caf\u00E9 x"));

    [Fact]
    [Rfc("PRECIS-5389-10-a")]
    public void SASLprep_is_not_applied() => OpaqueString.Enforce("\u2168").Should().Be("\u2168");

    [Fact]
    public void Without_normalization_a_text_that_needs_it_is_refused_and_says_so()
    {
        static string Invariant(string text) => text;

        OpaqueString.TryEnforce("cafe\u0301", Invariant, out string? enforced).Should().Be(OpaqueStringStatus.NormalizationUnavailable);
        enforced.Should().BeNull();
        OpaqueString.TryEnforce("\u4E00", Invariant, out _).Should().Be(OpaqueStringStatus.NormalizationUnavailable);
        OpaqueString.TryEnforce("p\u00E4ss\u00A0\u0142", Invariant, out enforced).Should().Be(OpaqueStringStatus.Ok);
        enforced.Should().Be("p\u00E4ss \u0142");
        OpaqueString.TryEnforce("pass", Invariant, out enforced).Should().Be(OpaqueStringStatus.Ok);
    }

    // What TryEnforce lets pass without normalization.
    [Fact]
    public void No_character_below_U0300_changes_under_form_C()
    {
        for (char c = '\0'; c < '\u0300'; c++)
        {
            $"a{c}a".IsNormalized(NormalizationForm.FormC).Should().BeTrue();
        }
    }

    [Fact]
    public void Printable_ASCII_comes_back_as_it_is_and_allocates_nothing()
    {
        const string password = "correct horse battery staple ~!";
        string? enforced = null;

        Allocation.Of(() => OpaqueString.TryEnforce(password, out enforced)).Should().Be(0);
        enforced.Should().BeSameAs(password);
    }

    [Fact]
    public void The_message_of_an_exception_does_not_show_the_text() =>
        FluentActions.Invoking(() => OpaqueString.Enforce("sesame\t")).Should().Throw<ArgumentException>().Which.Message.Should().NotContain("sesame");
}
