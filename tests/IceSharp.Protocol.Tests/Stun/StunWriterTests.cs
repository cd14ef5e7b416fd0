using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

public sealed class StunWriterTests
{
    private static readonly StunTransactionId Id = new(0x01020304, 0x05060708090A0B0C);

    private delegate void Step(ref StunWriter writer);

    [Fact]
    [Rfc("STUN-8489-5-a")]
    [Rfc("STUN-8489-5-e")]
    public void An_empty_request_is_a_header_of_20_bytes()
    {
        byte[] buffer = new byte[20];

        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, Id);

        writer.Length.Should().Be(20);
        Convert.ToHexStringLower(buffer).Should().Be("000100002112a4420102030405060708090a0b0c");
    }

    [Fact]
    [Rfc("STUN-8489-5-c")]
    public void Every_method_and_class_survives_the_interleaving_of_its_bits()
    {
        byte[] buffer = new byte[20];
        for (int method = 0; method <= 0xFFF; method++)
        {
            for (int @class = 0; @class <= 3; @class++)
            {
                _ = new StunWriter(buffer, (StunMethod)method, (StunClass)@class, Id);
                StunReader.TryParse(buffer, out StunReader message);
                if (((int)message.Method, (int)message.Class) != (method, @class) || buffer[0] >= 0x40)
                {
                    Assert.Fail($"method {method:x3}, class {@class}: {buffer[0]:x2}{buffer[1]:x2} reads as {message.Method}, {message.Class}");
                }
            }
        }
    }

    [Theory]
    [InlineData(StunMethod.Binding, StunClass.Request, 0x0001)]
    [InlineData(StunMethod.Binding, StunClass.Indication, 0x0011)]
    [InlineData(StunMethod.Binding, StunClass.SuccessResponse, 0x0101)]
    [InlineData(StunMethod.Binding, StunClass.ErrorResponse, 0x0111)]
    [InlineData(StunMethod.Allocate, StunClass.Request, 0x0003)]
    [InlineData(StunMethod.Allocate, StunClass.SuccessResponse, 0x0103)]
    [InlineData(StunMethod.Allocate, StunClass.ErrorResponse, 0x0113)]
    [InlineData(StunMethod.Refresh, StunClass.Request, 0x0004)]
    [InlineData(StunMethod.Send, StunClass.Indication, 0x0016)]
    [InlineData(StunMethod.Data, StunClass.Indication, 0x0017)]
    [InlineData(StunMethod.CreatePermission, StunClass.Request, 0x0008)]
    [InlineData(StunMethod.ChannelBind, StunClass.SuccessResponse, 0x0109)]
    [InlineData(StunMethod.Connect, StunClass.Request, 0x000A)]
    [InlineData(StunMethod.ConnectionBind, StunClass.Request, 0x000B)]
    [InlineData(StunMethod.ConnectionAttempt, StunClass.Indication, 0x001C)]
    [Rfc("STUN-8489-5-c")]
    [Rfc("STUN-8489-5-d")]
    [Rfc("STUN-8489-18.2-a")]
    public void The_type_field_is_the_registered_number(StunMethod method, StunClass @class, int type)
    {
        byte[] buffer = new byte[20];

        _ = new StunWriter(buffer, method, @class, Id);

        ((buffer[0] << 8) | buffer[1]).Should().Be(type);
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(8, 32)]
    [InlineData(9, 36)]
    [InlineData(10, 36)]
    [InlineData(11, 36)]
    [Rfc("STUN-8489-5-i")]
    [Rfc("STUN-8489-14-b")]
    [Rfc("STUN-8489-14-c")]
    public void The_header_counts_padding_and_the_attribute_does_not(int valueBytes, int messageBytes)
    {
        byte[] buffer = new byte[64];
        buffer.AsSpan().Fill(0xEE);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, Id);
        if (valueBytes > 0)
        {
            writer.AddBytes(StunAttributeType.Username, Enumerable.Repeat((byte)'u', valueBytes).ToArray());
            buffer[23].Should().Be((byte)valueBytes);
            buffer[(24 + valueBytes)..messageBytes].Should().AllBeEquivalentTo((byte)0);
        }

        writer.Length.Should().Be(messageBytes);
        buffer[3].Should().Be((byte)(messageBytes - 20));
        buffer[messageBytes].Should().Be(0xEE);
    }

    [Fact]
    [Rfc("STUN-8489-14.2-b")]
    public void An_ipv4_mapped_address_goes_out_as_ipv4()
    {
        byte[] buffer = new byte[64];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, Id);

        writer.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse("[::ffff:192.0.2.1]:32853"));

        Convert.ToHexStringLower(writer.Written[20..]).Should().Be("002000080001a147e112a643");
    }

    [Fact]
    public void An_address_without_family_is_refused() =>
        Writing((ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, default))
            .Should().Throw<ArgumentException>().WithParameterName("address");

    [Fact]
    public void A_buffer_shorter_than_a_header_is_refused() =>
        FluentActions.Invoking(() => { _ = new StunWriter(new byte[19], StunMethod.Binding, StunClass.Request, Id); })
            .Should().Throw<ArgumentException>().WithParameterName("buffer");

    [Fact]
    public void A_method_or_class_with_too_many_bits_is_refused()
    {
        FluentActions.Invoking(() => { _ = new StunWriter(new byte[20], (StunMethod)0x1000, StunClass.Request, Id); })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("method");
        FluentActions.Invoking(() => { _ = new StunWriter(new byte[20], StunMethod.Binding, (StunClass)4, Id); })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("class");
    }

    [Fact]
    public void An_attribute_that_does_not_fit_is_refused_and_the_message_stays_whole()
    {
        byte[] buffer = new byte[31];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, Id);
        bool thrown = false;
        try
        {
            writer.AddUInt64(StunAttributeType.IceControlling, 1);
        }
        catch (ArgumentException exception)
        {
            thrown = exception.Message.Contains("IceControlling", StringComparison.Ordinal);
        }

        thrown.Should().BeTrue();
        writer.AddFlag(StunAttributeType.UseCandidate);
        Convert.ToHexStringLower(writer.Written).Should().Be("000100042112a4420102030405060708090a0b0c00250000");
    }

    [Theory]
    [InlineData(65536)]
    [InlineData(-1)]
    public void A_value_longer_than_its_length_field_can_say_is_refused(int length) =>
        Writing((ref StunWriter w) => w.Reserve(StunAttributeType.Data, length)).Should().Throw<ArgumentException>();

    [Fact]
    [Rfc("STUN-8489-9-d")]
    public void Seals_come_in_one_order_and_nothing_comes_between_or_behind()
    {
        Step[] attribute = [(ref StunWriter w) => w.AddFlag(StunAttributeType.UseCandidate)];
        Step[] sha1 = [(ref StunWriter w) => AddIntegrity(ref w)];
        Step[] sha256 = [(ref StunWriter w) => AddIntegritySha256(ref w)];
        Step[] fingerprint = [(ref StunWriter w) => w.AddFingerprint()];

        Writing([.. attribute, .. sha1, .. sha256, .. fingerprint]).Should().NotThrow();
        Writing([.. sha1, .. fingerprint]).Should().NotThrow();
        Writing([.. sha256, .. fingerprint]).Should().NotThrow();
        Writing([.. fingerprint]).Should().NotThrow();

        Writing([.. sha1, .. attribute]).Should().Throw<InvalidOperationException>();
        Writing([.. sha256, .. attribute]).Should().Throw<InvalidOperationException>();
        Writing([.. fingerprint, .. attribute]).Should().Throw<InvalidOperationException>();
        Writing([.. sha256, .. sha1]).Should().Throw<InvalidOperationException>();
        Writing([.. fingerprint, .. sha1]).Should().Throw<InvalidOperationException>();
        Writing([.. sha1, .. sha1]).Should().Throw<InvalidOperationException>();
        Writing([.. sha256, .. sha256]).Should().Throw<InvalidOperationException>();
        Writing([.. fingerprint, .. fingerprint]).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(299)]
    [InlineData(700)]
    [Rfc("STUN-8489-14.8-a")]
    public void An_error_code_outside_its_range_is_refused(int code) =>
        Writing((ref StunWriter w) => w.AddErrorCode(code, "")).Should().Throw<ArgumentOutOfRangeException>().Which.ActualValue.Should().Be(code);

    [Fact]
    public void An_address_error_code_needs_a_family() =>
        Writing((ref StunWriter w) => w.AddAddressErrorCode(IpFamily.None, 440, "")).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("family");

    [Theory]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(36)]
    [Rfc("STUN-8489-14.6-a")]
    public void A_truncation_that_the_rfc_forbids_is_refused(int bytes) =>
        Writing((ref StunWriter w) =>
        {
            using var key = new StunIntegrityKey([1]);
            w.AddIntegritySha256(key, bytes);
        }).Should().Throw<ArgumentOutOfRangeException>().Which.ActualValue.Should().Be(bytes);

    private static Action Writing(params Step[] steps) => () =>
    {
        var writer = new StunWriter(new byte[70000], StunMethod.Binding, StunClass.Request, Id);
        foreach (Step step in steps)
        {
            step(ref writer);
        }
    };

    private static void AddIntegrity(ref StunWriter writer)
    {
        using var key = new StunIntegrityKey([1]);
        writer.AddIntegrity(key);
    }

    private static void AddIntegritySha256(ref StunWriter writer)
    {
        using var key = new StunIntegrityKey([1]);
        writer.AddIntegritySha256(key);
    }
}
