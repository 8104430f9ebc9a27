// What the actions are tried on: texts as people have them, three for each action, of different length,
// kind and language, with mistakes and names in them.

const MINUTES = `Minutes of the building committee, 12 May

Present: Ana Ruiz, Ben Okafor, Mei Lin. Apologies: Tom Baker.

The roof: two offers came in, 18,400 euros from Dachwerk and 21,000 from Hansen. Dachwerk can begin in July, Hansen only in September. The committee chose Dachwerk. Ben signs the contract by 20 May.

The bicycle room: the lock was broken again. Mei asks the locksmith for a price for an electronic lock, and brings it to the next meeting.

The summer party stays on 21 June. Ana books the band; the budget is 600 euros as last year.

Next meeting: 9 June, 18:30, in the laundry room.`;

const ARTICLE = `Deep-sea mining companies want to collect potato-sized lumps called polymetallic nodules from the floor of the Pacific. The nodules hold cobalt, nickel and manganese, which are needed for batteries. They lie four to six kilometres down and grow a few millimetres in a million years. Biologists warn that the machines would stir up clouds of sediment that drift for hundreds of kilometres and smother animals that filter the water, many of them unknown to science. A trial in 1989 ploughed a small area off Peru; when researchers came back 26 years later, the tracks were still visible and life in them had not recovered. More than thirty countries have called for a pause until the effects are better understood. The International Seabed Authority, which decides, has put off its rules again.`;

const GERMAN = `Sehr geehrte Damen und Herren, am 3. März habe ich bei Ihnen eine Waschmaschine (Bestellnummer 4471-B) bestellt, die am 10. März geliefert wurde. Seit dem zweiten Waschgang verliert sie Wasser. Ihr Kundendienst hat zwei Termine abgesagt, ohne einen neuen zu nennen. Ich bitte Sie, das Gerät bis zum 30. März zu reparieren oder auszutauschen. Andernfalls trete ich vom Kauf zurück. Mit freundlichen Grüßen, Karin Weber`;

const MAIL = `Hi,

we have to talk about the delivery of the 40 chairs. They were promised for Monday, it is Thursday now and nobody picks up the phone. Our opening is on Saturday. When will they arrive, and what do you offer us for the delay?

Joanna Miller, Café Lund`;

const INVITATION = `Dear Dr. Schmidt,

we would be delighted if you could speak at our conference on water management in Lisbon on 14 October. The talk should take 30 minutes. We cover travel and two nights at a hotel. Please let us know by 1 July.

Kind regards,
Paulo Reis`;

const ANGRY = `You again forgot to send me the numbers for the second quarter. I have asked three times now. Without them I can't finish the report and the board meets on Friday. Send them today, and next time do it without being asked.`;

const RAMBLING = `I just wanted to let you know, because I was not sure if somebody had already told you or not, that the meeting which we had originally planned for Tuesday afternoon at two o'clock has now, because of the fact that the big room is being painted, been moved to Wednesday morning at ten, and it is going to take place in the small room on the third floor. It would be really great if you could bring the printed plans with you, as well as the samples of the tiles.`;

const ORDER = `Hello, for the school kitchen we need by Thursday: 25 kg of potatoes (washed), 10 kg carrots, three boxes of apples and 40 litres of milk. Last time you charged 1.10 a kilo for the potatoes and 0.90 for the carrots, I hope that is still the price. The apples were 18 a box. Please don't deliver before 7. Regards, Petra`;

/** `texts`: each with what is set of the action. */
export const TRIED = [
  {
    action: "summarise",
    texts: [
      { text: MINUTES, set: { form: "points" } },
      { text: ARTICLE, set: {} },
      { text: GERMAN, set: { form: "one sentence" } },
    ],
  },
  {
    action: "explain",
    texts: [
      { text: "amortised O(1)", set: {} },
      {
        text: "The tenant shall indemnify and hold harmless the landlord against any and all claims arising out of the tenant's use of the premises, save to the extent that such claims arise from the landlord's own negligence.",
        set: {},
      },
      { text: `awk -F, '$3 > 100 { sum += $3 } END { print sum }' sales.csv`, set: {} },
    ],
  },
  {
    action: "translate",
    texts: [
      { text: GERMAN, set: {} },
      {
        text: "The library is closed on Mondays.\nBooks can be returned at the side door.",
        set: { language: "French" },
      },
      { text: "Where can I buy a ticket to the airport?", set: { language: "Spanish" } },
    ],
  },
  {
    action: "fix-grammar",
    texts: [
      {
        text: "Yesterday me and him goes to the libary for return there books, but it were closed because of a holliday.",
        set: {},
      },
      {
        text: "Hi Ana,\n\nthanks for you're mail. I has looked at the contract, and there is two things who I dont understand. Can we speaks on Tuesday, at 3 pm ?\n\nBest,\nBen",
        set: {},
      },
      { text: "The report is finished. We will send it on Friday.", set: {} },
    ],
  },
  {
    action: "rewrite",
    texts: [
      { text: ANGRY, set: { how: "politely" } },
      { text: RAMBLING, set: { how: "shorter" } },
      { text: RAMBLING, set: { how: "as bullets" } },
    ],
  },
  {
    action: "extract-table",
    texts: [
      {
        text: "We sold 12 bicycles in May, 19 in June and only 7 in July. Turnover was 9,600, 15,200 and 5,600 euros.",
        set: {},
      },
      { text: ORDER, set: {} },
      {
        text: "Anna Berg, +46 70 123 45 67, anna@berg.se, Stockholm; Luca Conti (luca.conti@posta.it) lives in Turin; Mary O'Neill, Cork, phone +353 21 555 0199, no e-mail.",
        set: {},
      },
    ],
  },
  {
    action: "reply",
    texts: [
      {
        text: MAIL,
        set: {
          gist: "the chairs come tomorrow morning, and we take 20 percent off",
          tone: "formal",
        },
      },
      { text: INVITATION, set: { gist: "yes, gladly, but only by video" } },
      {
        text: "Hey, are you coming to Leo's birthday on Sunday? We start at 4. Bring cake if you can!",
        set: {},
      },
    ],
  },
];
