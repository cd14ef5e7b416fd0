using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Nat;

public sealed class NatProbeMachineTests
{
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.10:3478");
    private static readonly TransportAddress Other = TransportAddress.Parse("192.0.2.11:3479");
    private static readonly TransportAddress Plain = TransportAddress.Parse("198.51.100.7:3478");
    private static readonly TransportAddress Mapped = TransportAddress.Parse("203.0.113.5:61000");

    private static readonly NatProbeSettings Settings = new()
    {
        Servers = [Server],
        LocalAddress = IpAddress.Parse("10.0.0.5"),
        Tests = NatProbeTests.Mapping | NatProbeTests.Filtering,
    };

    [Fact]
    [Rfc("NAT-5780-4.4-a")]
    public void Nothing_goes_to_the_other_address_before_filtering_is_known_and_mapping_has_another_port()
    {
        using ProbeBench bench = new(Settings, r => r.ChangeText is null ? r.Success(Mapped, Other) : null);

        NatReport report = bench.Run();

        report.Filtering.Should().Be(NatFilteringType.AddressAndPortDependent);
        int lastFiltering = bench.Sent.FindLastIndex(r => r.ChangeText is not null);
        bench.Sent.FindIndex(r => r.Destination.Address == Other.Address).Should().BeGreaterThan(lastFiltering);
        ushort filteringPort = bench.Sent[lastFiltering].Source.Port;
        bench.Sent.Where(r => r.Destination.Address == Other.Address).Should().OnlyContain(r => r.Source.Port != filteringPort);
    }

    [Fact]
    [Rfc("NAT-5780-4.1-a")]
    public void Ports_are_drawn_from_the_dynamic_ones_and_taken_ones_are_drawn_again()
    {
        HashSet<ushort> ports = [];
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using ProbeBench bench = new(Settings, r => r.Success(Mapped, Other, source: r.ChangeText is null ? null : Other), seed);
            bench.TakenPorts.UnionWith(ports);
            bench.Run().Mapping.Should().Be(NatMappingType.EndpointIndependent);
            bench.Sockets.Values.Should().HaveCount(2).And.OnlyContain(s => s.Port >= 49152 && !bench.TakenPorts.Contains(s.Port));
            ports.UnionWith(bench.Sockets.Values.Select(s => s.Port));
        }

        ports.Should().HaveCount(40);
    }

    [Fact]
    public void Without_a_socket_the_probe_ends_after_some_attempts()
    {
        using ProbeBench bench = new(Settings, _ => null) { RefusesSockets = true };

        NatReport report = bench.Run();

        report.Outcome.Should().Be(NatProbeOutcome.LocalFailure);
        report.Mapping.Should().Be(NatMappingType.NotTested);
    }

    [Theory]
    [InlineData(500, NatFilteringType.Undetermined)]
    [InlineData(300, NatFilteringType.Undetermined)]
    [InlineData(420, NatFilteringType.NotSupportedByServer)]
    [Rfc("NAT-5780-4.4-b")]
    [Rfc("NAT-5780-5-a")]
    [Rfc("NAT-5780-5-c")]
    public void An_error_is_not_taken_for_a_filter(int code, NatFilteringType filtering)
    {
        using ProbeBench bench = new(Settings, r => r.ChangeText is null ? r.Success(Mapped, Other) : r.Error(code));

        NatReport report = bench.Run();

        report.Filtering.Should().Be(filtering);
        report.Evidence.Single(r => r.Test == NatTest.FilteringII).ErrorCode.Should().Be(code);
        bench.Sent.Should().OnlyContain(r => r.Destination.Address == Server.Address || r.Destination.Address == Other.Address);
    }

    [Fact]
    public void A_server_that_answers_from_where_it_should_not_tells_nothing_of_filters()
    {
        using ProbeBench bench = new(Settings, r => r.Success(Mapped, Other));

        NatReport report = bench.Run();

        report.Filtering.Should().Be(NatFilteringType.Undetermined);
        report.Evidence.Single(r => r.Test == NatTest.FilteringII).Outcome.Should().Be(NatTestOutcome.UnexpectedSource);
    }

    [Theory]
    [InlineData(39.3, NatFilteringType.EndpointIndependent)]
    [InlineData(39.6, NatFilteringType.AddressDependent)]
    [Rfc("NAT-5780-4.4-b")]
    public void Filtered_is_said_only_after_the_whole_schedule(double seconds, NatFilteringType filtering)
    {
        // Answers the first copy only.
        HashSet<StunTransactionId> seen = [];
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.Filtering }, r => !seen.Add(r.Read().TransactionId) ? null : r.ChangeText switch
        {
            null => r.Success(Mapped, Other),
            "ip+port" => r.Success(Mapped, Other, source: Other) with { Delay = TimeSpan.FromSeconds(seconds) },
            _ => r.Success(Mapped, Other, source: Server with { Port = Other.Port }),
        });

        bench.Run().Filtering.Should().Be(filtering);
    }

    [Fact]
    [Rfc("NAT-5780-4.4-b")]
    public void A_schedule_that_was_slept_through_is_made_once_more()
    {
        using NatProbeMachine machine = new(Settings, new Testing.SeededRandomSource(1));
        byte[] buffer = new byte[4096];
        MonotonicTime now = default;
        machine.Start(now);
        machine.TryGetHostRequest(out NatHostRequest? request).Should().BeTrue();
        machine.HandleHostAnswer(now, new NatSocketOpened(request!.Id));
        machine.TryGetTransmit(now, buffer, out _).Should().BeTrue();

        now += TimeSpan.FromHours(1);
        machine.HandleTimeout(now);
        machine.State.Should().Be(NatProbeState.Running);
        machine.TryGetTransmit(now, buffer, out _).Should().BeTrue("nobody has waited for an answer yet");

        now += TimeSpan.FromHours(1);
        machine.HandleTimeout(now);
        machine.State.Should().Be(NatProbeState.Done);
        machine.Report!.Evidence.Should().ContainSingle().Which.Transmissions.Should().Be(2);
    }

    [Fact]
    [Rfc("NAT-5780-5-d")]
    public void At_most_ten_transactions_start_in_a_second_one_after_the_other()
    {
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning | NatProbeTests.Fragments }, r =>
            r.Success(r.Destination == Other ? Mapped with { Port = 2 } : r.Destination.Address == Other.Address ? Mapped with { Port = 1 } : Mapped, Other, source: r.ChangeText is null ? null : Other));

        NatReport report = bench.Run();

        MonotonicTime[] starts = [.. bench.Sent.DistinctBy(r => r.Read().TransactionId).Select(r => r.At)];
        starts.Should().HaveCountGreaterThan(7);
        starts.Zip(starts.Skip(1)).Should().OnlyContain(p => p.Second - p.First >= TimeSpan.FromMilliseconds(100));
        report.Mapping.Should().Be(NatMappingType.AddressAndPortDependent);
        report.Evidence.Zip(report.Evidence.Skip(1)).Should().OnlyContain(p => p.Second.At >= p.First.At + p.First.Duration);
    }

    [Theory]
    [InlineData(NatTestOutcome.Redirected, 300)]
    [InlineData(NatTestOutcome.Unauthorized, 401)]
    [InlineData(NatTestOutcome.ErrorResponse, 500)]
    [Rfc("NAT-5780-5-a")]
    [Rfc("NAT-5780-5.2-a")]
    public void A_server_that_refuses_test_one_ends_the_probe(NatTestOutcome outcome, int code)
    {
        using ProbeBench bench = new(Settings, r => r.Error(code));

        NatReport report = bench.Run();

        report.Outcome.Should().Be(NatProbeOutcome.ServerFailed);
        report.Evidence.Should().ContainSingle().Which.Outcome.Should().Be(outcome);
        report.Evidence[0].ErrorCode.Should().Be(code);
        report.Mapping.Should().Be(NatMappingType.Undetermined);
        bench.Sent.Should().ContainSingle();
    }

    [Fact]
    [Rfc("NAT-5780-5.2-a")]
    public void A_401_is_answered_with_the_credentials_of_the_application()
    {
        using StunIntegrityKey key = LongTermKey.Derive(StunPasswordAlgorithm.Md5, "user", "realm", "password");
        using ProbeBench bench = new(Settings with { Credential = new LongTermCredential("user", "password"), Tests = NatProbeTests.Mapping }, r =>
        {
            bool signed = r.Read().VerifyIntegrity(key) == StunIntegrityStatus.Ok;
            StunWriter writer = new(new byte[512], StunMethod.Binding, signed ? StunClass.SuccessResponse : StunClass.ErrorResponse, r.Read().TransactionId);
            if (signed)
            {
                writer.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped);
                writer.AddAddress(StunAttributeType.OtherAddress, Other);
                writer.AddIntegrity(key);
            }
            else
            {
                writer.AddErrorCode(401, "Unauthenticated");
                writer.AddText(StunAttributeType.Realm, "realm");
                writer.AddText(StunAttributeType.Nonce, "nonce");
            }

            return new ProbeReply(r.Socket, r.Destination, writer.Written.ToArray());
        });

        NatReport report = bench.Run();

        report.Mapping.Should().Be(NatMappingType.EndpointIndependent);
        bench.Sent.Count(r => r.Read().HasIntegrity).Should().Be(2);
        report.ToString().Should().NotContain("password");
    }

    [Fact]
    [Rfc("NAT-5780-5-b")]
    public void A_server_that_does_not_know_response_port_cannot_test_lifetimes()
    {
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.BindingLifetime }, r => r.ResponsePort is null ? r.Success(Mapped, Other) : r.Error(420));

        NatReport report = bench.Run();

        report.BindingLifetime.Should().Be(NatObservation.NotTestable);
        report.LifetimeAtLeast.Should().BeNull();
        report.Evidence[^1].Outcome.Should().Be(NatTestOutcome.NotSupported);
    }

    [Fact]
    [Rfc("NAT-5780-4.6-a")]
    [Rfc("NAT-5780-4.6-b")]
    public void An_answer_on_the_asking_socket_counts_as_expired_and_each_wait_begins_with_a_refresh()
    {
        // The mapping lives for 100 s; after that the NAT gives its port to the asking socket.
        MonotonicTime refreshed = default;
        SocketHandle x = default;
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.BindingLifetime, LongestLifetime = TimeSpan.FromSeconds(640), LifetimeResolution = TimeSpan.FromSeconds(5) }, r =>
        {
            if (r.ResponsePort is null)
            {
                (refreshed, x) = (r.At, r.Socket);
                return r.Success(Mapped, Other);
            }

            return r.Success(Mapped, Other) with { Socket = r.At - refreshed < TimeSpan.FromSeconds(100) ? x : r.Socket };
        });

        NatReport report = bench.Run();

        report.BindingLifetime.Should().Be(NatObservation.Yes);
        report.LifetimeAtLeast!.Value.TotalSeconds.Should().BeInRange(95, 100);
        report.LifetimeLessThan!.Value.TotalSeconds.Should().BeInRange(99.8, 105);
        NatTestRecord[] made = [.. report.Evidence.Skip(1)];
        made.Select(r => r.Test).Should().Equal(Enumerable.Range(0, made.Length).Select(i => i % 2 == 0 ? NatTest.LifetimeRefresh : NatTest.LifetimeProbe));
        made.Should().HaveCountLessThan(20);
    }

    [Fact]
    public void A_lifetime_beyond_the_longest_is_told_as_at_least()
    {
        SocketHandle x = default;
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.BindingLifetime }, r =>
        {
            x = r.ResponsePort is null ? r.Socket : x;
            return r.Success(Mapped, Other) with { Socket = x };
        });

        NatReport report = bench.Run();

        report.LifetimeLessThan.Should().BeNull();
        report.LifetimeAtLeast.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(1500, 1500)]
    [InlineData(1401, 1404)]
    [Rfc("NAT-5780-5-e")]
    [Rfc("NAT-5780-7.6-a")]
    public void Padding_is_as_long_as_the_mtu_in_multiples_of_four_and_never_meets_response_port(int mtu, int padding)
    {
        using ProbeBench bench = new(Settings with { Tests = NatProbeTests.Fragments | NatProbeTests.BindingLifetime, MtuBytes = mtu }, r => r.ResponsePort is null ? r.Success(Mapped, Other) : r.Error(420));

        NatReport report = bench.Run();

        report.Fragments.Should().Be(NatFragmentHandling.PassBothWays);
        bench.Sent.Should().ContainSingle(r => r.PaddingBytes > 0).Which.PaddingBytes.Should().Be(padding);
        bench.Sent.Should().Contain(r => r.ResponsePort != null).And.OnlyContain(r => r.PaddingBytes == 0 || r.ResponsePort == null);
    }

    [Fact]
    public void Fragments_that_are_lost_and_padding_that_is_unknown_are_told_apart()
    {
        NatProbeSettings settings = Settings with { Tests = NatProbeTests.Fragments };
        using ProbeBench lost = new(settings, r => r.PaddingBytes > 0 ? null : r.Success(Mapped, Other));
        using ProbeBench unknown = new(settings, r => r.PaddingBytes > 0 ? r.Error(420) : r.Success(Mapped, Other));

        lost.Run().Fragments.Should().Be(NatFragmentHandling.Lost);
        unknown.Run().Fragments.Should().Be(NatFragmentHandling.NotTestable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("NAT-5780-5-f")]
    public void Fingerprint_is_an_option(bool wanted)
    {
        using ProbeBench bench = new(Settings with { UsesFingerprint = wanted }, r => r.Success(Mapped, Other));

        bench.Run();

        StunFingerprintStatus[] seen = [.. bench.Sent.Select(r => r.Read().VerifyFingerprint()).Distinct()];
        seen.Should().Equal(wanted ? StunFingerprintStatus.Ok : StunFingerprintStatus.Missing);
    }

    [Theory]
    [InlineData(61000, NatMappingType.EndpointIndependent)]
    [InlineData(61001, NatMappingType.NotEndpointIndependent)]
    public void Two_plain_servers_tell_a_part_of_mapping(ushort secondPort, NatMappingType mapping)
    {
        using ProbeBench bench = new(Settings with { Servers = [Server, Plain] }, r => r.Success(r.Destination == Plain ? Mapped with { Port = secondPort } : Mapped));

        NatReport report = bench.Run();

        report.Mapping.Should().Be(mapping);
        report.Filtering.Should().Be(NatFilteringType.NotSupportedByServer);
        bench.Sent.Should().HaveCount(2).And.OnlyContain(r => r.Socket == bench.Sent[0].Socket);
    }

    [Fact]
    public void One_plain_server_tells_the_mapped_address_and_the_report_says_what_it_cannot()
    {
        using ProbeBench bench = new(Settings, r => r.Success(Mapped));

        NatReport report = bench.Run();

        report.Mapping.Should().Be(NatMappingType.NotSupportedByServer);
        report.MappedAddress.Should().Be(Mapped);
        report.Summary.Should().Contain("OTHER-ADDRESS").And.Contain(Mapped.ToString());
    }

    [Theory]
    [InlineData("192.0.2.10:3479")]
    [InlineData("192.0.2.11:3478")]
    [InlineData("0.0.0.0:3479")]
    [InlineData("192.0.2.11:0")]
    [InlineData("[2001:db8::1]:3479")]
    public void An_other_address_that_is_not_wholly_other_is_none(string other)
    {
        using ProbeBench bench = new(Settings, r => r.Success(Mapped, TransportAddress.Parse(other)));

        bench.Run().Filtering.Should().Be(NatFilteringType.NotSupportedByServer);
        bench.Sent.Should().ContainSingle();
    }

    [Fact]
    public void A_silent_first_server_leaves_the_tests_to_the_next()
    {
        using ProbeBench bench = new(Settings with { Servers = [Plain, Server] }, r => r.Destination == Plain ? null : r.Success(Mapped, Other, source: r.ChangeText is null ? null : Other));

        NatReport report = bench.Run();

        report.Server.Should().Be(Server);
        report.Filtering.Should().Be(NatFilteringType.EndpointIndependent);
        report.Mapping.Should().Be(NatMappingType.EndpointIndependent);
    }

    [Fact]
    public void Garbage_and_foreign_answers_change_nothing()
    {
        using ProbeBench bench = new(Settings, _ => null);
        bench.Machine.Start(default);
        bench.Machine.TryGetHostRequest(out NatHostRequest? request).Should().BeTrue();
        bench.Machine.HandleHostAnswer(default, new NatSocketOpened(request!.Id + 1));
        bench.Machine.TryGetTransmit(default, new byte[4096], out _).Should().BeFalse("the answer was to no request");
        bench.Machine.HandleHostAnswer(default, new NatSocketOpened(request.Id));
        byte[] buffer = new byte[4096];
        bench.Machine.TryGetTransmit(default, buffer, out Transmit transmit).Should().BeTrue();
        TransportPath path = new(transmit.Socket, Server);
        ProbeRequest sent = new(default, transmit.Socket, default, Server, buffer[..transmit.Length]);
        byte[] answer = sent.Success(Mapped, Other).Datagram;

        bench.Machine.HandleDatagram(default, path, [1, 2, 3]).Reason.Should().Be(DropReason.MalformedStun);
        bench.Machine.HandleDatagram(default, path with { Remote = Plain }, answer).Reason.Should().Be(DropReason.UnexpectedSource);
        bench.Machine.HandleDatagram(default, new TransportPath(new SocketHandle(77), Server), answer).Reason.Should().Be(DropReason.UnknownSocket);
        bench.Machine.HandleDatagram(default, path, sent.Datagram).Reason.Should().Be(DropReason.UnexpectedMessage);
        answer[19] ^= 1;
        bench.Machine.HandleDatagram(default, path, answer).Reason.Should().Be(DropReason.UnmatchedResponse);
        answer[19] ^= 1;
        bench.Machine.HandleDatagram(default, path, answer).Should().Be(DatagramVerdict.Consumed);
    }

    [Fact]
    public void Misuse_is_named()
    {
        Action none = () => _ = new NatProbeMachine(Settings with { Servers = [] }, new Testing.SeededRandomSource(1));
        Action family = () => _ = new NatProbeMachine(Settings with { Servers = [TransportAddress.Parse("[2001:db8::1]:3478")] }, new Testing.SeededRandomSource(1));
        Action wildcard = () => _ = new NatProbeMachine(Settings with { LocalAddress = IpAddress.Parse("0.0.0.0") }, new Testing.SeededRandomSource(1));
        Action fast = () => _ = Settings with { TransactionInterval = TimeSpan.FromMilliseconds(99) };

        none.Should().Throw<ArgumentException>().WithMessage("*not 0*");
        family.Should().Throw<ArgumentException>().WithMessage("*2001:db8::1*");
        wildcard.Should().Throw<ArgumentException>().WithMessage("*0.0.0.0*");
        fast.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("TransactionInterval");
    }

    public static TheoryData<string> RequestVectors => VectorFile.Theory(
        VectorFile.Load("nat-behavior.json").GetProperty("binaryMessages").EnumerateArray().Select(m => m.Text("name")).Where(n => n.StartsWith("request", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(RequestVectors))]
    [Rfc("NAT-5780-7.2-a")]
    [Rfc("NAT-5780-7.5-a")]
    [Rfc("NAT-5780-7.6-a")]
    public void Requests_are_the_vectors_byte_for_byte(string name)
    {
        byte[] expected = Vector(name);
        using ProbeBench bench = new(
            Settings with { Tests = NatProbeTests.Filtering | NatProbeTests.Fragments | NatProbeTests.BindingLifetime },
            r => r.ResponsePort is null ? r.Success(Mapped, Other, source: r.ChangeText is null ? null : Other) : r.Error(420));

        bench.Run();

        bench.Sent.Select(r => Convert.ToHexString(WithId(r.Datagram, expected))).Should().Contain(Convert.ToHexString(expected));
    }

    [Fact]
    [Rfc("NAT-5780-7.3-a")]
    [Rfc("NAT-5780-5-c")]
    public void Responses_of_the_vectors_are_read()
    {
        using ProbeBench bench = new(Settings, r => new ProbeReply(r.Socket, r.Destination, WithId(Vector(r.ChangeText is null ? "full response" : "420 to CHANGE-REQUEST"), r.Datagram)));

        NatReport report = bench.Run();

        NatTestRecord first = report.Evidence[0];
        first.MappedAddress.Should().Be(Mapped);
        first.PlainMappedAddress.Should().Be(Mapped);
        first.ResponseOrigin.Should().Be(Other);
        first.OtherAddress.Should().Be(Other);
        report.ApplicationLayerGateway.Should().Be(NatObservation.No);
        report.Filtering.Should().Be(NatFilteringType.NotSupportedByServer);
    }

    private static byte[] Vector(string name) =>
        VectorFile.Load("nat-behavior.json").GetProperty("binaryMessages").EnumerateArray().Single(m => m.Text("name") == name).Bytes("hex");

    // Transaction IDs are drawn.
    private static byte[] WithId(byte[] message, byte[] other) => [.. message[..8], .. other[8..20], .. message[20..]];
}
